import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'

interface DialogProps {
  readonly title: string
  /** Null: it cannot be closed. */
  readonly onClose: (() => void) | null
  readonly className?: string
  readonly isTitleHidden?: boolean
  readonly children: ReactNode
}

/** A modal dialog: the browser traps the focus, closes on Esc and gives the focus back. */
export const Dialog = ({ title, onClose, className, isTitleHidden, children }: DialogProps) => {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  // Closed before it is taken out of the page: only then the browser gives the focus back.
  useLayoutEffect(() => {
    const dialog = ref.current
    if (dialog !== null && !dialog.open) dialog.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={ref}
      className={className}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose?.()
      }}
      onKeyDown={(event) => {
        // Keys belong to the dialog while it is open, not to the page behind it.
        event.stopPropagation()
        if (event.key === 'Escape') {
          event.preventDefault()
          onClose?.()
        }
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose?.()
      }}
    >
      <div className={isTitleHidden ? undefined : 'content'}>
        <h2 id={id} className={isTitleHidden ? 'visually-hidden' : undefined}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  )
}
