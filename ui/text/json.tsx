import type { ReactNode } from 'react'
import { Untrusted } from './untrusted.tsx'

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g

/** One line of JSON, or of something like it, in colours. */
export function JsonLine({ line }: { readonly line: string }): ReactNode {
  const parts: ReactNode[] = []
  let from = 0
  for (const match of line.matchAll(TOKEN)) {
    if (match.index > from) parts.push(plain(line.slice(from, match.index), from))
    parts.push(
      <span key={match.index} className={classOf(match)}>
        <Untrusted text={match[0]} />
      </span>,
    )
    from = match.index + match[0].length
  }
  if (from < line.length) parts.push(plain(line.slice(from), from))
  return parts
}

export function JsonText({ text }: { readonly text: string }): ReactNode {
  return <JsonLine line={indentJson(text)} />
}

/**
 * Indents JSON without reading its values, so that long numbers and doubled keys stay as they are.
 * What does not look like JSON comes back unchanged.
 */
export function indentJson(text: string): string {
  const trimmed = text.trim()
  if (!/^[[{]/.test(trimmed)) return text
  const out: string[] = []
  let depth = 0
  for (const [token] of trimmed.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+|"/g)) {
    if (token === '}' || token === ']') depth = Math.max(0, depth - 1)
    out.push(spaceBefore(token, out.at(-1), depth), token)
    if (token === '{' || token === '[') depth++
  }
  return out.join('')
}

function spaceBefore(token: string, previous: string | undefined, depth: number): string {
  if (previous === undefined || token === ',' || token === ':') return ''
  if (previous === ':') return ' '
  const isEmpty = (previous === '{' && token === '}') || (previous === '[' && token === ']')
  // Deep nesting is shown, but its margin ends somewhere.
  return isEmpty ? '' : `\n${'  '.repeat(Math.min(depth, 40))}`
}

function plain(text: string, key: number): ReactNode {
  return <Untrusted key={key} text={text} />
}

function classOf(match: RegExpMatchArray): string {
  if (match[1] !== undefined) return match[2] === undefined ? 'json-string' : 'json-key'
  return match[3] === undefined ? 'json-word' : 'json-number'
}
