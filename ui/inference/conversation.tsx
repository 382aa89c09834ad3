import type { ReactNode } from 'react'
import type { Block, InferenceDetail, Message } from '../../src/api/ui/contract.ts'
import { useLanguage } from '../i18n/language.tsx'
import { JsonText } from '../text/json.tsx'
import { BlockView } from './block-view.tsx'
import { Fold } from './fold.tsx'

type ToolResult = Extract<Block, { type: 'tool_result' }>

/** The request as a talk: what went in, and below it what came out. */
export function Conversation({ detail }: { readonly detail: InferenceDetail }): ReactNode {
  const { messages, format } = useLanguage()
  const results = resultsOf(detail.input)
  const called = calledIds(detail)
  return (
    <div className="conversation">
      <Definitions detail={detail} />
      {detail.input.map((message, index) => (
        <InputMessage
          // oxlint-disable-next-line react/no-array-index-key -- a stored conversation does not change
          key={index}
          message={message}
          results={results}
          called={called}
        />
      ))}
      <section className="message output" aria-label={messages.output}>
        <div className="role">
          {messages.output}
          {detail.output_tokens !== null && <span>{format.count(detail.output_tokens)} tok</span>}
        </div>
        <div className="blocks">
          {detail.output.length === 0 && <span className="muted">{messages.noOutput}</span>}
          {detail.output.map((block, index) => (
            <BlockView
              // oxlint-disable-next-line react/no-array-index-key -- a stored answer does not change
              key={index}
              block={block}
              isMarkdown
              isOpen
              result={undefined}
            />
          ))}
        </div>
      </section>
    </div>
  )
}

function InputMessage({
  message,
  results,
  called,
}: {
  readonly message: Message
  readonly results: ReadonlyMap<string, ToolResult>
  readonly called: ReadonlySet<string>
}): ReactNode {
  const { messages } = useLanguage()
  // A result is shown beside the call it answers.
  const blocks = message.content.filter(
    (block) => block.type !== 'tool_result' || !called.has(block.id),
  )
  if (blocks.length === 0) return null
  const roles = {
    system: messages.roleSystem,
    user: messages.roleUser,
    assistant: messages.roleAssistant,
  }
  const content = blocks.map((block, index) => (
    <BlockView
      // oxlint-disable-next-line react/no-array-index-key -- a stored conversation does not change
      key={index}
      block={block}
      isMarkdown={message.role === 'assistant'}
      isOpen={false}
      result={block.type === 'tool_call' ? results.get(block.id) : undefined}
    />
  ))
  return (
    <section className="message" aria-label={roles[message.role]}>
      <div className="role">{roles[message.role]}</div>
      <div className="blocks">
        {message.role === 'system' ? <SystemFold message={message}>{content}</SystemFold> : content}
      </div>
    </section>
  )
}

/** System prompts are long and mostly the same: their first line is enough at first. */
function SystemFold({
  message,
  children,
}: {
  readonly message: Message
  readonly children: ReactNode
}): ReactNode {
  const text = message.content.map((block) => ('text' in block ? block.text : '')).join(' ')
  if (text.length < 160) return children
  return <Fold summary={text}>{children}</Fold>
}

function Definitions({ detail }: { readonly detail: InferenceDetail }): ReactNode {
  const { messages } = useLanguage()
  const parts = [
    [messages.toolDefinitions, detail.tools],
    [messages.parameters, detail.params],
  ] as const
  const filled = parts.filter(([, value]) => !isEmpty(value))
  if (filled.length === 0) return null
  return (
    <div className="message">
      <div className="role" />
      <div className="blocks">
        {filled.map(([label, value]) => (
          <Fold
            key={label}
            summary={label}
            aside={Array.isArray(value) ? String(value.length) : ''}
          >
            <pre className="code">
              <JsonText text={JSON.stringify(value)} />
            </pre>
          </Fold>
        ))}
      </div>
    </div>
  )
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

function resultsOf(input: readonly Message[]): Map<string, ToolResult> {
  const results = new Map<string, ToolResult>()
  for (const block of input.flatMap((message) => message.content)) {
    if (block.type === 'tool_result') results.set(block.id, block)
  }
  return results
}

function calledIds(detail: InferenceDetail): Set<string> {
  const blocks = detail.input.flatMap((message) => message.content)
  return new Set(blocks.flatMap((block) => (block.type === 'tool_call' ? block.id : [])))
}
