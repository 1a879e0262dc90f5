import { messages } from '../messages.js'
import { useSession } from '../session/session.js'
import { Dialog } from '../ui/dialog.js'

export const KeyboardHelp = ({ onClose }: { readonly onClose: () => void }) => {
  const session = useSession()
  const rows = messages.keys.rows.filter(([key]) => key !== 'x' || session.can('createBulkOperation'))
  return (
    <Dialog title={messages.keys.title} onClose={onClose}>
      <dl className="facts">
        {rows.map(([key, what]) => (
          <div key={key} className="pair">
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div className="actions">
        <button type="button" className="button" onClick={onClose} autoFocus>
          {messages.common.close}
        </button>
      </div>
    </Dialog>
  )
}
