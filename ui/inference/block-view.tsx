import type { ReactNode } from 'react'
import type { Block } from '../../src/api/ui/contract.ts'
import { useLanguage } from '../i18n/language.tsx'
import { JsonText } from '../text/json.tsx'
import { SafeLink, safeUrl } from '../text/markdown.tsx'
import { Untrusted } from '../text/untrusted.tsx'
import { Fold } from './fold.tsx'
import { LongText } from './long-text.tsx'

interface BlockViewProps {
  readonly block: Block
  readonly isMarkdown: boolean
  /** Reasoning stands open in the answer, folded in what went in. */
  readonly isOpen: boolean
  readonly result: Extract<Block, { type: 'tool_result' }> | undefined
}

export function BlockView({ block, isMarkdown, isOpen, result }: BlockViewProps): ReactNode {
  const { messages } = useLanguage()
  switch (block.type) {
    case 'text':
      return (
        <>
          <LongText text={block.text} isMarkdown={isMarkdown} />
          {block.sources !== undefined && <Sources sources={block.sources} />}
        </>
      )
    case 'refusal':
      return (
        <div>
          <span className="chip warn">{messages.refusal}</span>
          <LongText text={block.text} isMarkdown={false} />
        </div>
      )
    case 'thought':
      return <Thought block={block} isOpen={isOpen} />
    case 'tool_call':
      return <ToolCall block={block} result={result} />
    case 'tool_result':
      return (
        <ToolFrame name={block.name} id={block.id}>
          <Half label={messages.toolResult} text={block.result} />
        </ToolFrame>
      )
    case 'file':
      return <FileBlock block={block} />
    case 'unknown':
      return (
        <Fold summary={messages.unknownBlock}>
          <pre className="code">
            <JsonText text={JSON.stringify(block.data) ?? ''} />
          </pre>
        </Fold>
      )
  }
}

type TextSources = NonNullable<Extract<Block, { type: 'text' }>['sources']>

/** Where a text comes from: named, and opened only when asked. */
function Sources({ sources }: { readonly sources: TextSources }): ReactNode {
  const { messages } = useLanguage()
  const seen = new Map(sources.map((source) => [`${source.url} ${source.title}`, source]))
  return (
    <Fold summary={messages.sources(seen.size)}>
      <ol>
        {[...seen].map(([key, { url, title }]) => {
          const safe = safeUrl(url)
          return (
            <li key={key} className="untrusted break-all">
              <Untrusted text={title} />{' '}
              {safe !== null && <SafeLink url={safe}>{safe.host}</SafeLink>}
            </li>
          )
        })}
      </ol>
    </Fold>
  )
}

function Thought({
  block,
  isOpen,
}: {
  readonly block: Extract<Block, { type: 'thought' }>
  readonly isOpen: boolean
}): ReactNode {
  const { messages, format } = useLanguage()
  const text = [...(block.summary ?? []), block.text ?? '']
    .filter((part) => part !== '')
    .join('\n\n')
  const hidden = block.data === undefined ? null : format.count(block.data.length)
  if (text === '') {
    return (
      <p className="chip">
        {hidden === null ? messages.reasoning : messages.encryptedReasoning(hidden)}
      </p>
    )
  }
  return (
    <Fold
      kind="reasoning"
      isOpen={isOpen}
      summary={isOpen ? messages.reasoning : `${messages.reasoning}: ${text}`}
      aside={hidden === null ? '' : messages.encryptedReasoning(hidden)}
    >
      <LongText text={text} isMarkdown={false} />
    </Fold>
  )
}

function ToolCall({
  block,
  result,
}: {
  readonly block: Extract<Block, { type: 'tool_call' }>
  readonly result: BlockViewProps['result']
}): ReactNode {
  const { messages } = useLanguage()
  return (
    <ToolFrame name={block.name} id={block.id}>
      <Half label={messages.toolArguments} text={block.arguments} />
      {result !== undefined && <Half label={messages.toolResult} text={result.result} />}
    </ToolFrame>
  )
}

function ToolFrame({
  name,
  id,
  children,
}: {
  readonly name: string
  readonly id: string
  readonly children: ReactNode
}): ReactNode {
  const { messages } = useLanguage()
  return (
    <div className="tool">
      <header>
        <span className="chip cache">{messages.tool}</span>
        <b className="mono untrusted">
          <Untrusted text={name} />
        </b>
        <span className="space" />
        <span className="mono muted cut untrusted">
          <Untrusted text={id} />
        </span>
      </header>
      <div className="halves">{children}</div>
    </div>
  )
}

const MAX_HALF = 16_000

function Half({ label, text }: { readonly label: string; readonly text: string }): ReactNode {
  return (
    <div>
      <p className="half-label">{label}</p>
      {text.length > MAX_HALF ? (
        <LongText text={text} isMarkdown={false} />
      ) : (
        <pre className="untrusted">
          <JsonText text={text} />
        </pre>
      )}
    </div>
  )
}

/** A file is named, never fetched: the address may have been written by a model. */
function FileBlock({ block }: { readonly block: Extract<Block, { type: 'file' }> }): ReactNode {
  const { messages } = useLanguage()
  const url = safeUrl(block.url)
  const name = [block.filename, block.mime_type].filter(Boolean).join(' · ')
  return (
    <p className="flex flex-wrap items-center gap-2">
      <span className="chip">{messages.file}</span>
      <span className="untrusted break-all">
        <Untrusted text={name === '' ? block.url.slice(0, 80) : name} />
      </span>
      {url !== null && <SafeLink url={url}>{messages.openFile(url.host)}</SafeLink>}
    </p>
  )
}
