import { Fragment } from 'react'
import type { ReactNode } from 'react'

/**
 * Characters that show nothing or turn their neighbours around, and so can make a text say one
 * thing and mean another. Line ends and tabs are not among them.
 */
const HIDDEN =
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u061C\u115F\u1160\u17B4\u17B5\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E0FFF}]/u
const HIDDEN_ALL = new RegExp(`(${HIDDEN.source})`, 'gu')
/** Joins emoji into one picture, and letters of some scripts: there it is honest. */
const JOINER = /^[\u200C\u200D]$/
const JOINED =
  '[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\p{M}\\p{Script=Arabic}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Malayalam}]'
const JOINED_END = new RegExp(`${JOINED}\\uFE0F?$`, 'u')
const JOINED_START = new RegExp(`^${JOINED}`, 'u')

/** Text that a stranger wrote, with its hidden characters made visible. */
export function Untrusted({ text }: { readonly text: string }): ReactNode {
  if (!HIDDEN.test(text)) return text
  const parts = text.split(HIDDEN_ALL)
  return parts.map((part, index) =>
    index % 2 === 0 || isHonestJoiner(part, parts[index - 1], parts[index + 1]) ? (
      part
    ) : (
      // oxlint-disable-next-line react/no-array-index-key -- the parts have no other name
      <Fragment key={index}>
        <span className="control-character">{codePointOf(part)}</span>
      </Fragment>
    ),
  )
}

/** The same for places that take only text, such as `title`. */
export function plainUntrusted(text: string): string {
  return text.replace(HIDDEN_ALL, (character) => `[${codePointOf(character)}]`)
}

function isHonestJoiner(part: string, before = '', after = ''): boolean {
  if (!JOINER.test(part)) return false
  return JOINED_END.test(before) && JOINED_START.test(after)
}

function codePointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
