import { Copy } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { useLanguage } from '../i18n/language.tsx'
import { useCopy } from '../shell/shell-context.ts'
import { SNIPPETS, snippetOf, textOf } from './snippets.ts'
import type { SnippetLine, SnippetName } from './snippets.ts'

const TOKEN = /("[^"]*"|'[^']*')|((?:\/\/|#) .*)|\b(import|from|const|new|await|print|curl)\b/g

export function Snippet({ address }: { readonly address: string }): ReactNode {
  const { messages } = useLanguage()
  const copy = useCopy(messages)
  const [name, setName] = useState<SnippetName>('Node')
  const choose = (value: string): void =>
    setName(SNIPPETS.find((snippet) => snippet === value) ?? 'Node')
  return (
    <Tabs.Root value={name} onValueChange={choose}>
      <Tabs.List className="snippet-tabs" aria-label={messages.snippetLanguage}>
        {SNIPPETS.map((snippet) => (
          <Tabs.Trigger key={snippet} value={snippet} className="snippet-tab">
            {snippet}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {SNIPPETS.map((snippet) => {
        const lines = snippetOf(snippet, address, messages.laterModel)
        return (
          <Tabs.Content key={snippet} value={snippet} className="snippet">
            <button type="button" className="button" onClick={() => copy(textOf(lines))}>
              <Copy className="icon" aria-hidden="true" />
              {messages.copy}
            </button>
            <pre tabIndex={0} aria-label={snippet}>
              <code>
                {lines.map((line, index) => (
                  // oxlint-disable-next-line react/no-array-index-key -- the lines never change places
                  <CodeLine key={index} line={line} />
                ))}
              </code>
            </pre>
          </Tabs.Content>
        )
      })}
    </Tabs.Root>
  )
}

function CodeLine({ line }: { readonly line: SnippetLine }): ReactNode {
  const parts: ReactNode[] = []
  let from = 0
  for (const match of line.text.matchAll(TOKEN)) {
    parts.push(line.text.slice(from, match.index))
    const kind =
      match[1] === undefined ? (match[2] === undefined ? 'json-number' : 'json-key') : 'json-string'
    parts.push(
      <span key={match.index} className={kind}>
        {match[0]}
      </span>,
    )
    from = match.index + match[0].length
  }
  parts.push(line.text.slice(from))
  return <span className={line.isChanged ? 'changed' : ''}>{parts}</span>
}
