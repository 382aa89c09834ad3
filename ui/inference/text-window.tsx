import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef } from 'react'
import type { ReactNode } from 'react'
import { useLanguage } from '../i18n/language.tsx'
import { JsonLine } from '../text/json.tsx'
import { linesOf } from '../text/lines.ts'
import { Untrusted } from '../text/untrusted.tsx'

const LINE_PX = 18

/** A text of any length; its cost is what is in view, not what there is. */
export function TextWindow({
  text,
  isJson,
}: {
  readonly text: string
  readonly isJson: boolean
}): ReactNode {
  const { messages, format } = useLanguage()
  const scroll = useRef<HTMLDivElement>(null)
  const lines = useMemo(() => linesOf(text), [text])
  const list = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
  })
  return (
    <div
      ref={scroll}
      className="raw-text"
      tabIndex={0}
      role="region"
      aria-label={messages.lines(format.count(lines.at(-1)?.number ?? lines.length))}
    >
      <div className="relative" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map(({ index, start }) => {
          const line = lines[index]
          if (line === undefined) return null
          return (
            <div
              key={index}
              ref={list.measureElement}
              data-index={index}
              className="raw-line"
              style={{ transform: `translateY(${start}px)` }}
            >
              <span aria-hidden="true">{line.number}</span>
              <span className="untrusted">
                {isJson ? <JsonLine line={line.text} /> : <Untrusted text={line.text} />}
              </span>
            </div>
          )
        })}
      </div>
    </div>
  )
}
