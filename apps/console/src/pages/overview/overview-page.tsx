import type { ActivityView } from '@inlet/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { Badge } from '../../ui/badge.js'
import { formatCompact, formatDuration, formatNumber } from '../../ui/format.js'
import { inConsole } from '../../ui/in-console.js'
import { Page } from '../../ui/page.js'
import { ProblemNote } from '../../ui/problem.js'
import { Empty, Loading } from '../../ui/states.js'
import { Time, useNow } from '../../ui/time.js'
import { useSearch } from '../../ui/use-search.js'
import { WithTimes } from '../../ui/with-times.js'
import { causeOf, useIncidentGroups } from '../operate/use-incident-groups.js'
import { causeText, conditionText, problemText, TONES } from '../sources/condition.js'
import { type CauseGroup, classify, groupByCause, isShown, sortSources } from '../sources/filter-sources.js'
import { useSourceLines } from '../sources/use-source-lines.js'
import { HoursSwitch, hoursOf } from './hours-switch.js'
import { Plot } from './plot.js'
import './overview.css'
import { Name } from '../../ui/name.js'
import { shownName } from '../../ui/shown-name.js'

const SHOWN = 8

/** What needs somebody now, and what the installation does. */
export const OverviewPage = () => {
  const lines = useSourceLines()
  const now = useNow()
  const classified = useMemo(() => (lines.data?.items ?? []).map((line) => classify(line, now)), [lines.data, now])
  const session = useSession()
  const [search] = useSearch()
  const hours = hoursOf(search)
  const activity = useQuery({
    queryKey: ['activity', hours],
    queryFn: ({ signal }) => client.call<ActivityView>('GET', '/v1/overview/activity', { query: { hours }, signal }),
    refetchInterval: 5_000,
    placeholderData: (before) => before,
  })
  const incidents = useIncidentGroups()
  const t = messages.overview
  if (lines.data === undefined)
    return <Page title={t.title}>{lines.isError ? <ProblemNote error={lines.error} onRetry={() => void lines.refetch()} /> : <Loading />}</Page>
  const attention = sortSources(
    classified.filter((each) => isShown(each, 'attention', now)),
    'worst',
  )
  const groups = groupByCause(attention)
  const left = groups.slice(SHOWN)
  const steps = new Map(incidents.data?.items.map((incident) => [causeOf(incident), incident.next]))
  const count = (condition: string): number => classified.filter((each) => each.condition === condition).length
  const quarantined = classified.reduce((sum, { line }) => sum + line.quarantined, 0)
  return (
    <Page title={t.title} copy={{ path: '/v1/overview/activity', query: { hours } }}>
      <div className="stack">
        <div className="cards six">
          <Figure to="/sources" search={{ show: 'attention' }} label={t.broken} value={count('broken')} tone="bad" />
          <Figure to="/sources" search={{ show: 'stale' }} label={t.stale} value={count('stale')} tone="warn" />
          <Figure to="/quarantine" search={{}} label={t.quarantined} value={quarantined} tone="warn" />
          <Figure to="/sources" search={{ show: 'running' }} label={t.running} value={count('running') + count('waiting') + count('starting')} />
          <Figure to="/runs" search={{}} label={t.backlog} value={activity.data?.waitingBatches ?? 0} />
          <Figure to="/sources" search={{}} label={t.sources} value={classified.length} />
        </div>
        <section className="panel">
          <header>
            <h2>{t.needsYou}</h2>
            {groups.length < attention.length && (
              <Link to="/sources" search={{ show: 'attention' }} className="link">
                {t.all(formatNumber(attention.length))}
              </Link>
            )}
          </header>
          {attention.length === 0 ? (
            <Empty title={classified.length === 0 ? messages.sources.none : t.nothing}>
              <p>{classified.length === 0 ? messages.sources.noneHint : t.nothingHint}</p>
              {classified.length === 0 && session.can('createSource') && (
                <Link to="/new-source" className="button primary">
                  {messages.sources.add}
                </Link>
              )}
            </Empty>
          ) : (
            <ul className="attention">
              {groups.slice(0, SHOWN).map((group) => (
                <Attention key={group.cause} group={group} next={steps.get(group.cause) ?? null} />
              ))}
              {left.length > 0 && (
                <li>
                  <Link to="/sources" search={{ show: 'attention' }} className="link" data-row>
                    {t.more(formatNumber(left.length), formatNumber(left.reduce((sum, { members }) => sum + members.length, 0)))}
                  </Link>
                </li>
              )}
            </ul>
          )}
        </section>
        {activity.isError && <ProblemNote error={activity.error} onRetry={() => void activity.refetch()} />}
        {activity.data !== undefined && classified.length > 0 && <Plots activity={activity.data} />}
      </div>
    </Page>
  )
}

interface FigureProps {
  readonly to: '/sources' | '/quarantine' | '/runs'
  readonly search: Readonly<Record<string, string>>
  readonly label: string
  readonly value: number
  readonly tone?: string
}

const Figure = ({ to, search, label, value, tone }: FigureProps) => (
  <Link to={to} search={search} className="card" data-tone={value > 0 ? tone : undefined}>
    <span className="muted">{label}</span>
    <span className="figure">{formatCompact(value)}</span>
  </Link>
)

const NAMED = 4

/** One source, or several that need somebody for the same cause. */
const Attention = ({ group: { cause, members }, next }: { readonly group: CauseGroup; readonly next: string | null }) => {
  const [{ line, condition }] = members
  const isOne = members.length === 1
  const t = messages.overview
  return (
    <li>
      <Badge tone={TONES[condition]}>{conditionText(line, condition)}</Badge>
      <div className="grow">
        {isOne ? (
          <Link to="/sources/$ref" params={{ ref: line.slug }} className="title" data-row>
            <Name of={line.name} or={line.slug} />
          </Link>
        ) : (
          <>
            <Link to="/sources" search={{ reason: cause }} className="title" data-row>
              {t.together(formatNumber(members.length), causeText(cause))}
            </Link>{' '}
            {cause === line.reason && <code className="faint">{cause}</code>}
            <p className="truncate">
              {members
                .slice(0, NAMED)
                .map((each) => shownName(each.line.name, { or: each.line.slug }))
                .join(', ')}
              {members.length > NAMED && '…'}
            </p>
          </>
        )}
        {line.problem !== null && (
          <p className="muted truncate" title={line.reason ?? undefined}>
            {isOne ? problemText(line) : inConsole(line.problem)}
          </p>
        )}
        {next !== null && (
          <p>
            <WithTimes text={next} />
          </p>
        )}
      </div>
      {isOne && (
        <span className="faint">
          <Time at={line.lastSuccessAt} />
        </span>
      )}
    </li>
  )
}

const Plots = ({ activity }: { readonly activity: ActivityView }) => {
  const t = messages.overview.plots
  const series = (pick: (bucket: ActivityView['buckets'][number]) => number | null) =>
    activity.buckets.map((bucket) => ({ at: bucket.at, value: pick(bucket) }))
  const per = formatDuration(activity.bucketSeconds)
  return (
    <div className="stack tight">
      <div className="row between">
        <h2>{messages.overview.activity}</h2>
        <HoursSwitch />
      </div>
      <div className="columns">
        <Plot title={t.records(per)} kind="bars" format={formatCompact} buckets={series(({ records }) => records)} />
        <Plot title={t.delay} kind="points" format={formatDuration} buckets={series(({ delaySeconds }) => delaySeconds)} isTime />
        <Plot title={t.runs(per)} kind="bars" format={formatCompact} buckets={series(({ runs }) => runs)} />
        <Plot title={t.failed(per)} kind="bars" tone="bad" format={formatCompact} buckets={series(({ failed }) => failed)} />
      </div>
    </div>
  )
}
