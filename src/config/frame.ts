import type { Span } from './problems.ts'

const CONTEXT_LINES = 2
const GUTTER = 4
const LONGEST_LINE = 100

/** The faulty line below the two before it, with carets under the fault. */
export function drawFrame(text: string, span: Span): string {
  const lines = text.split(/\r?\n/)
  const first = Math.max(1, span.line - CONTEXT_LINES)
  const longest = Math.max(LONGEST_LINE, span.column + LONGEST_LINE / 2)
  const drawn: string[] = []
  for (let number = first; number <= span.line; number++) {
    const line = clip(hideSecrets(lines[number - 1] ?? ''), longest)
    if (line.trim() === '' && drawn.length === 0 && number < span.line) continue
    drawn.push(`${String(number).padStart(GUTTER)} | ${line}`.trimEnd())
  }
  const faulty = lines[span.line - 1] ?? ''
  const before = Array.from(faulty.slice(0, span.column - 1), blank).join('')
  const under = Array.from(faulty.slice(span.column - 1, span.endColumn - 1), blank).join('')
  const gutter = ' '.repeat(Math.max(GUTTER, String(span.line).length))
  return [...drawn, `${gutter} | ${before}${'^'.repeat(Math.max(1, under.length))}`].join('\n')
}

/** What is as wide as this character in a terminal, but empty. */
function blank(character: string): string {
  if (character === '\t') return '\t'
  if (/\p{Mn}|\u200d/u.test(character)) return ''
  return WIDE.test(character) ? '  ' : ' '
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u

/** Frames go to logs and pages: a key that somebody pasted into the file must not. */
function hideSecrets(line: string): string {
  const named =
    /((?:key|token|secret|password|credential|authorization)\w*["']?\s*=\s*["'])(?!(?:env|path|path_from_env|dynamic)::|(?:sdk|none)["'])([^"']*)/gi
  return line
    .replace(named, (_, start: string, secret: string) => start + '*'.repeat(secret.length))
    .replace(/\bsk-[\w-]{8,}|(?<=\bBearer )[^"'\s]+/g, (secret) => '*'.repeat(secret.length))
}

function clip(line: string, longest: number): string {
  return line.length > longest ? `${line.slice(0, longest)}…` : line
}
