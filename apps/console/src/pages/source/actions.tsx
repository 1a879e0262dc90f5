import type { SourceDetail } from '@inlet/contract'
import { useState } from 'react'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { DeleteDialog } from './delete-dialog.js'
import { mayReadAgain, ReadAgainDialog } from './read-again-dialog.js'
import type { Act, LifecycleAction } from './use-act.js'

/** What makes sense now: a source that is off is started, one that waits for a repair is resumed, one that is on is run, paused or stopped. */
const actionsFor = ({ status, activeRun }: SourceDetail): readonly LifecycleAction[] => {
  if (status === 'STOPPED') return ['start']
  if (status === 'ERROR' && activeRun === null) return ['resume', 'run', 'pause', 'stop']
  if (status === 'PAUSED') return ['resume', 'stop']
  return activeRun === null ? ['run', 'pause', 'stop'] : ['restart', 'pause', 'stop']
}

export const Actions = ({ source, act }: { readonly source: SourceDetail; readonly act: Act }) => {
  const session = useSession()
  const [isDeleting, setDeleting] = useState(false)
  const [isReadingAgain, setReadingAgain] = useState(false)
  return (
    <>
      {actionsFor(source).map((action) => (
        <button key={action} type="button" className="button" disabled={act.isBusy} onClick={() => void act.perform(action, source)}>
          {messages.source.actions[action]}
        </button>
      ))}
      {mayReadAgain((operation) => session.can(operation)) && (
        <button type="button" className="button" onClick={() => setReadingAgain(true)}>
          {messages.source.readAgain.button}
        </button>
      )}
      {session.can('deleteSource') && (
        <button type="button" className="button quiet danger" onClick={() => setDeleting(true)}>
          {messages.source.remove.button}
        </button>
      )}
      {isReadingAgain && <ReadAgainDialog source={source} onClose={() => setReadingAgain(false)} onDone={act.refresh} />}
      {isDeleting && <DeleteDialog source={source} onClose={() => setDeleting(false)} />}
    </>
  )
}
