import { messages } from '../messages.js'
import { CopyButton } from './copy-button.js'
import { Dialog } from './dialog.js'

interface ShownOnceProps {
  readonly title: string
  readonly hint: string
  readonly secret: string
  /** What the button says that copies it. */
  readonly copy: string
  readonly onClose: () => void
}

/** A secret that was just made, and that nobody can read again. */
export const ShownOnce = ({ title, hint, secret, copy, onClose }: ShownOnceProps) => (
  <Dialog title={title} onClose={onClose}>
    <p>{hint}</p>
    <pre className="raw" tabIndex={0}>
      {secret}
    </pre>
    <div className="actions">
      <CopyButton text={secret} label={copy} className="button" />
      <button type="button" className="button primary" onClick={onClose}>
        {messages.common.close}
      </button>
    </div>
  </Dialog>
)
