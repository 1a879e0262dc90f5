import type { SourceDetail } from '@inlet/contract'
import { useState } from 'react'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { DeleteDialog } from './delete-dialog.js'
import type { Act, LifecycleAction } from './use-act.js'

/** What makes sense now: a source that is off is started, one that is on is run, paused or stopped. */
const actionsFor = ({ status, activeRun }: SourceDetail): readonly LifecycleAction[] => {
  if (status === 'STOPPED') return ['start']
  if (status === 'PAUSED') return ['resume', 'stop']
  return activeRun === null ? ['run', 'pause', 'stop'] : ['restart', 'pause', 'stop']
}

export const Actions = ({ source, act }: { readonly source: SourceDetail; readonly act: Act }) => {
  const session = useSession()
  const [isDeleting, setDeleting] = useState(false)
  return (
    <>
      {actionsFor(source).map((action) => (
        <button key={action} type="button" className="button" disabled={act.isBusy} onClick={() => void act.perform(action, source)}>
          {messages.source.actions[action]}
        </button>
      ))}
      {session.can('deleteSource') && (
        <button type="button" className="button quiet danger" onClick={() => setDeleting(true)}>
          {messages.source.remove.button}
        </button>
      )}
      {isDeleting && <DeleteDialog source={source} onClose={() => setDeleting(false)} />}
    </>
  )
}
