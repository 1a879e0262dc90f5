import type { SourceDetail, WhyView } from '@inlet/contract'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { formatDuration, formatExact } from '../../ui/format.js'
import { inConsole } from '../../ui/in-console.js'
import { sentence } from '../../ui/sentence.js'
import { useNow } from '../../ui/time.js'
import { useSearch } from '../../ui/use-search.js'
import { WithTimes } from '../../ui/with-times.js'
import { fieldsFor, findRepair } from './repair.js'
import type { Act } from './use-act.js'

const toneOf = ({ blocker, running }: WhyView): string => {
  if (running) return 'busy'
  if (blocker.who === 'nobody') return 'ok'
  return ['STOPPED', 'PAUSED', 'NO_SCHEDULE', 'TEXT_MISSING'].includes(blocker.code) ? 'idle' : 'bad'
}

const NOTHING = 'Nothing to do.'

/** What happens at the moment that `why` names; of whatever is not listed here nobody knows more than that it is tried again then. */
const CLOCKS: Readonly<Record<string, 'dueIn' | 'clearsIn'>> = { NEXT_TICK: 'dueIn', LEASE_OF_DEAD_WORKER: 'clearsIn' }

interface WhyPanelProps {
  readonly source: SourceDetail
  readonly why: WhyView
  readonly act: Act
}

/** Why the source is not running (or that it is) in one sentence, until when, and the button that repairs it. */
export const WhyPanel = ({ source, why, act }: WhyPanelProps) => {
  const session = useSession()
  const [search] = useSearch()
  const t = messages.source
  const repair = findRepair(why)
  const [isAsking, setAsking] = useState(false)
  const { blocker } = why
  return (
    <section className="note why" data-tone={toneOf(why)} aria-label={t.why}>
      <div className="row wrap between">
        <p className="sentence">
          <WithTimes text={sentence(blocker.message)} />
        </p>
        {repair !== null && repair.operation !== null && session.can(repair.operation) && (
          <button
            // Another repair is another button: who pressed this one must not press that one, too.
            key={repair.label}
            type="button"
            className="button primary"
            disabled={act.isBusy}
            onClick={() => (repair.label === 'massDelete' ? setAsking(true) : void act.repair(repair.label, source))}
          >
            {t.repairs[repair.label]}
          </button>
        )}
        {isAsking && (
          <ConfirmDialog
            title={t.massDelete.title}
            text={`${sentence(blocker.message)} ${t.massDelete.consequence}`}
            submit={t.massDelete.submit}
            onClose={() => setAsking(false)}
            onConfirm={() => act.repair('massDelete', source)}
          />
        )}
        {repair?.operation === null &&
          (repair.label === 'settings' ? session.can('updateSource') : search['tab'] !== repair.label) &&
          (repair.label === 'workers' ? (
            <Link to="/workers" className="button">
              {t.repairs.workers}
            </Link>
          ) : (
            <Link
              to="/sources/$ref"
              params={{ ref: source.slug }}
              search={{ tab: repair.label, ...(repair.label === 'settings' && { at: fieldsFor(why) }) }}
              replace={search['tab'] === repair.label}
              className="button"
            >
              {t.repairs[repair.label]}
            </Link>
          ))}
      </div>
      <p className="muted row wrap">
        {![NOTHING, `“${repair === null ? '' : t.repairs[repair.label]}”`].includes(inConsole(blocker.next)) && (
          <span>
            <WithTimes text={blocker.next} />
          </span>
        )}
        {blocker.clearsAt !== null && <Clock at={blocker.clearsAt} code={blocker.code} />}
        <span className="tag">{blocker.code}</span>
      </p>
      {why.remarks.map(({ code, message, next }) => (
        <p key={code} className="muted row wrap remark">
          <span>
            <WithTimes text={`${sentence(message)} ${next}`} />
          </span>
          <span className="tag">{code}</span>
        </p>
      ))}
    </section>
  )
}

const Clock = ({ at, code }: { readonly at: string; readonly code: string }) => {
  const now = useNow()
  const t = messages.source
  const seconds = (Date.parse(at) - now.getTime()) / 1_000
  return (
    <time dateTime={at} title={formatExact(new Date(at))}>
      {seconds > 0 ? t[CLOCKS[code] ?? 'triedIn'](formatDuration(seconds)) : t.triedNow}
    </time>
  )
}
