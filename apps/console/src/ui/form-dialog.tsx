import { type FormEvent, type ReactNode, useState } from 'react'
import { messages } from '../messages.js'
import { Dialog } from './dialog.js'
import { ProblemNote } from './problem.js'

interface FormDialogProps {
  readonly title: string
  /** What the button says that does it. */
  readonly submit?: string
  readonly isDanger?: boolean
  readonly isDisabled?: boolean
  readonly onClose: () => void
  /** What it throws is shown, and the dialog stays. */
  readonly onSubmit: () => Promise<void>
  /** The fields, with what the last attempt threw; null before it. */
  readonly children: (error: unknown) => ReactNode
}

/** A dialog that asks, does it, and stays open with the reason when that fails. */
export const FormDialog = ({ title, submit, isDanger = false, isDisabled = false, onClose, onSubmit, children }: FormDialogProps) => {
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setError(null)
    setBusy(true)
    try {
      await onSubmit()
    } catch (caught) {
      setError(caught)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="bare" onSubmit={(event) => void send(event)}>
        {children(error)}
        {error !== null && <ProblemNote error={error} />}
        <div className="actions">
          <button type="button" className="button" onClick={onClose}>
            {messages.common.cancel}
          </button>
          <button type="submit" className={isDanger ? 'button danger' : 'button primary'} disabled={isDisabled || isBusy}>
            {submit ?? messages.common.save}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
