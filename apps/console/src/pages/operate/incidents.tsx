import type { IncidentGroup, IncidentView } from '@inlet/contract'
import { Link } from '@tanstack/react-router'
import { messages } from '../../messages.js'
import { Badge } from '../../ui/badge.js'
import { formatNumber } from '../../ui/format.js'
import { Paged } from '../../ui/paged.js'
import { ProblemNote } from '../../ui/problem.js'
import { sentence } from '../../ui/sentence.js'
import { Empty, Loading } from '../../ui/states.js'
import { Time } from '../../ui/time.js'
import { useSearch } from '../../ui/use-search.js'
import { WithTimes } from '../../ui/with-times.js'
import { causeText } from '../sources/condition.js'
import { causeOf, useIncidentGroups } from './use-incident-groups.js'
import './incidents.css'

const TONES: Readonly<Record<IncidentGroup['kind'], string>> = { error: 'bad', content: 'warn', stale: 'warn', quarantine: 'warn' }

const keyOf = ({ kind, reason }: IncidentGroup): string => `${kind}-${reason}`

/** What is wrong now, by cause: how many sources it concerns, since when, and what to do, once. */
export const Incidents = () => {
  const groups = useIncidentGroups()
  const t = messages.notifications
  if (groups.data === undefined) return groups.isError ? <ProblemNote error={groups.error} onRetry={() => void groups.refetch()} /> : <Loading />
  const { items } = groups.data
  if (items.length === 0)
    return (
      <Empty title={t.noIncidents}>
        <p>{t.noIncidentsHint}</p>
      </Empty>
    )
  return (
    <>
      {groups.isError && <ProblemNote error={groups.error} onRetry={() => void groups.refetch()} />}
      <ul className="panel incidents">
        {items.map((group) => (
          <Group key={keyOf(group)} group={group} />
        ))}
      </ul>
    </>
  )
}

const Group = ({ group }: { readonly group: IncidentGroup }) => {
  const [search, setSearch] = useSearch()
  const { kind, reason, count, sources, firstSince, lastSince, message, source, next, steps } = group
  const isOpen = search['cause'] === keyOf(group)
  const t = messages.notifications
  const cause = causeOf(group)
  return (
    <li>
      <div className="row wrap head">
        <Badge tone={TONES[kind]}>{t.kinds[kind]}</Badge>
        {sources === 1 && count === 1 ? (
          <Link to="/sources/$ref" params={{ ref: source }} className="title" data-row>
            {t.one(source, causeText(reason))}
          </Link>
        ) : (
          <button type="button" className="title" data-row aria-expanded={isOpen} onClick={() => setSearch({ cause: isOpen ? null : keyOf(group) })}>
            {messages.overview.together(formatNumber(sources), causeText(reason))}
          </button>
        )}
        <code className="faint">{reason}</code>
        <span className="grow" />
        <span className="faint nowrap">
          {t.since} <Time at={firstSince} />
          {count > 1 && (
            <>
              , {t.latest} <Time at={lastSince} />
            </>
          )}
        </span>
      </div>
      <p className="text">
        <WithTimes text={sentence(message)} />
        {count > 1 && <span className="faint"> ({source})</span>}
      </p>
      <p className="muted text">
        <WithTimes text={next} />
      </p>
      {isOpen && cause !== null && (
        <Link to="/sources" search={{ reason: cause }} className="link">
          {t.inList}
        </Link>
      )}
      {isOpen && <Members group={group} hasSteps={steps > 1} />}
    </li>
  )
}

/** The sources that a cause concerns, each with its own words. */
const Members = ({ group: { kind, reason }, hasSteps }: { readonly group: IncidentGroup; readonly hasSteps: boolean }) => (
  <Paged<IncidentView> queryKey={['incidents', kind, reason]} path="/v1/incidents" query={{ kind, reason }} refetchMs={10_000} empty={null}>
    {(items) => (
      <ul className="members">
        {items.map((incident) => (
          <li key={incident.id}>
            <div className="row wrap">
              <Link to="/sources/$ref" params={{ ref: incident.source }} className="link" data-row>
                {incident.source}
              </Link>
              <span className="grow" />
              <span className="faint">
                <Time at={incident.since} />
              </span>
            </div>
            <p className="muted text">
              <WithTimes text={sentence(incident.message)} />
            </p>
            {hasSteps && (
              <p className="muted text">
                <WithTimes text={incident.next} />
              </p>
            )}
          </li>
        ))}
      </ul>
    )}
  </Paged>
)
