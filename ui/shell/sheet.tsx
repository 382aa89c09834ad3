import { X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { useLanguage } from '../i18n/language.tsx'

/** A modal dialog: the browser's own, which keeps the focus without injecting any style. */
export function Sheet({
  label,
  hasHead = false,
  onClose,
  children,
}: {
  readonly label: string
  readonly hasHead?: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}): ReactNode {
  const { messages } = useLanguage()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog
      ref={dialog}
      className="sheet"
      aria-label={label}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose()
      }}
    >
      {hasHead && (
        <div className="sheet-head">
          <h2>{label}</h2>
          <span className="space" />
          <button
            type="button"
            className="button ghost square"
            aria-label={messages.close}
            onClick={onClose}
          >
            <X className="icon" />
          </button>
        </div>
      )}
      {children}
    </dialog>
  )
}
