import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import type { InferenceDetail } from '../../src/api/ui/contract.ts'
import { useLanguage } from '../i18n/language.tsx'
import { useCopy } from '../shell/shell-context.ts'
import { indentJson } from '../text/json.tsx'
import { plainUntrusted } from '../text/untrusted.tsx'
import { TextWindow } from './text-window.tsx'

/** Indenting more than this would hold up the page. */
const MAX_INDENT = 4_000_000

interface RawText {
  readonly label: string
  readonly text: string
}

export function RawRequest({ detail }: { readonly detail: InferenceDetail }): ReactNode {
  const { messages } = useLanguage()
  const texts = [
    { label: messages.fromClient, text: detail.raw_request },
    ...detail.attempt_list.map((attempt) => ({
      label: messages.toProvider(attempt.number, plainUntrusted(attempt.provider)),
      text: attempt.raw_request,
    })),
  ]
  return <RawTexts texts={texts} first={0} />
}

export function RawResponse({ detail }: { readonly detail: InferenceDetail }): ReactNode {
  const { messages } = useLanguage()
  const texts = detail.attempt_list.map((attempt) => ({
    label: messages.fromProvider(attempt.number, plainUntrusted(attempt.provider)),
    text: attempt.raw_response,
  }))
  return <RawTexts texts={texts} first={texts.length - 1} />
}

function RawTexts({
  texts,
  first,
}: {
  readonly texts: readonly RawText[]
  readonly first: number
}): ReactNode {
  const { messages, format } = useLanguage()
  const copy = useCopy(messages)
  const [at, setAt] = useState(first)
  const [isPretty, setPretty] = useState(true)
  const text = texts[at]?.text ?? ''
  const canIndent = text.length <= MAX_INDENT && /^\s*[[{]/.test(text)
  const shown = useMemo(
    () => (isPretty && canIndent ? indentJson(text) : text),
    [text, isPretty, canIndent],
  )
  if (texts.length === 0) return <p className="panel muted">{messages.noAttempt}</p>
  return (
    <>
      <div className="raw-bar">
        <select
          aria-label={messages.source}
          value={at}
          onChange={(event) => setAt(Number(event.target.value))}
        >
          {texts.map(({ label }, index) => (
            <option key={label} value={index}>
              {label}
            </option>
          ))}
        </select>
        {canIndent && (
          <label className="flex items-center gap-1.5">
            <input
              type="checkbox"
              checked={isPretty}
              onChange={(event) => setPretty(event.target.checked)}
            />
            {messages.pretty}
          </label>
        )}
        <span className="space" />
        <span className="muted">{format.count(text.length)}</span>
        <button type="button" className="button" onClick={() => copy(text)}>
          {messages.copy}
        </button>
      </div>
      {text === '' ? (
        <p className="panel muted">{messages.emptyText}</p>
      ) : (
        <TextWindow key={at} text={shown} isJson />
      )}
    </>
  )
}
