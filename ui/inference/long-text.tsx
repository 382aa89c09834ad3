import type { ReactNode } from 'react'
import { Markdown } from '../text/markdown.tsx'
import { Untrusted } from '../text/untrusted.tsx'
import { TextWindow } from './text-window.tsx'

/** Beyond this only the lines in view are in the page. */
const MAX_INLINE = 64_000

export function LongText({
  text,
  isMarkdown,
}: {
  readonly text: string
  readonly isMarkdown: boolean
}): ReactNode {
  if (text.length > MAX_INLINE) return <TextWindow text={text} isJson={false} />
  if (isMarkdown) return <Markdown text={text} />
  return (
    <div className="text plain untrusted" dir="auto">
      <Untrusted text={text} />
    </div>
  )
}
