import { FormDialog } from './form-dialog.js'

interface ConfirmDialogProps {
  readonly title: string
  /** What will happen. */
  readonly text: string
  /** What the button says that does it. */
  readonly submit: string
  readonly isDanger?: boolean
  readonly onClose: () => void
  /** What it throws is shown, and the dialog stays; else it closes. */
  readonly onConfirm: () => Promise<void>
}

/** Asks before something is done, and says what will happen. */
export const ConfirmDialog = ({ title, text, submit, isDanger = true, onClose, onConfirm }: ConfirmDialogProps) => (
  <FormDialog title={title} submit={submit} isDanger={isDanger} onClose={onClose} onSubmit={() => onConfirm().then(onClose)}>
    {() => <p>{text}</p>}
  </FormDialog>
)
