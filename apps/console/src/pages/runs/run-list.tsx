import type { RunView } from '@inlet/contract'
import { Link } from '@tanstack/react-router'
import { messages } from '../../messages.js'
import { Badge } from '../../ui/badge.js'
import { formatDuration, formatNumber } from '../../ui/format.js'
import { inConsole } from '../../ui/in-console.js'
import { Name } from '../../ui/name.js'
import { Paged } from '../../ui/paged.js'
import { reasonText } from '../../ui/reason-text.js'
import { Time } from '../../ui/time.js'

/** Seconds a run took, or takes so far; null before it began. */
export const durationOf = ({ startedAt, finishedAt }: Pick<RunView, 'startedAt' | 'finishedAt'>, now: number): number | null =>
  startedAt === null ? null : Math.max(0, ((finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt)) / 1_000)

export const toneOfRun = ({ status, outcome }: Pick<RunView, 'status' | 'outcome'>): string => {
  if (status !== 'ended') return 'busy'
  if (outcome === 'failed') return 'bad'
  if (outcome === 'partial' || outcome === 'suspect_empty') return 'warn'
  return outcome === 'cancelled' ? 'idle' : 'ok'
}

export const textOfRun = ({ status, outcome }: Pick<RunView, 'status' | 'outcome'>): string =>
  status === 'ended' && outcome !== null ? messages.runs.outcomes[outcome] : messages.runs.statuses[status]

/** Runs, newest first, kept up to date. */
export const RunList = ({ source, outcome }: { readonly source?: string; readonly outcome?: string | undefined }) => {
  const t = messages.runs
  return (
    <Paged<RunView>
      queryKey={['source', source ?? 'all', 'runs', outcome ?? '']}
      path="/v1/runs"
      query={{ source, outcome }}
      refetchMs={3_000}
      empty={t.none}
    >
      {(runs) => (
        <div className="panel table-wrap" tabIndex={0}>
          <table className="table stacks">
            <thead>
              <tr>
                <th>{t.outcome}</th>
                {source === undefined && <th>{t.source}</th>}
                <th>{t.trigger}</th>
                <th>{t.started}</th>
                <th className="right">{t.duration}</th>
                <th className="right">{t.read}</th>
                <th className="right">{t.changed}</th>
                <th className="right">{t.quarantined}</th>
                <th>{t.problem}</th>
              </tr>
            </thead>
            <tbody>
              {runs.map((run) => (
                <RunRow key={run.id} run={run} hasSource={source === undefined} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Paged>
  )
}

const RunRow = ({ run, hasSource }: { readonly run: RunView; readonly hasSource: boolean }) => {
  const t = messages.runs
  const seconds = durationOf(run, Date.now())
  const { counts } = run
  return (
    <tr>
      <td>
        <Link to="/runs/$id" params={{ id: run.id }} data-row>
          <Badge tone={toneOfRun(run)}>{textOfRun(run)}</Badge>
        </Link>
      </td>
      {hasSource && (
        <td data-label={t.source}>
          <Link to="/sources/$ref" params={{ ref: run.source.slug }} className="link">
            <Name of={run.source.name} or={run.source.slug} />
          </Link>
        </td>
      )}
      <td className="muted nowrap" data-label={t.trigger}>
        {t.triggers[run.trigger]}
      </td>
      <td data-label={t.started}>
        <Time at={run.startedAt ?? run.createdAt} />
      </td>
      <td className="right num nowrap" data-label={t.duration}>
        {seconds === null ? '–' : formatDuration(seconds)}
      </td>
      <td className="right num" data-label={t.read}>
        {formatNumber(counts.read)}
      </td>
      <td className="right num" data-label={t.changed}>
        {formatNumber(counts.inserted + counts.updated + counts.deleted)}
      </td>
      <td className="right num" data-label={t.quarantined}>
        {formatNumber(counts.quarantined)}
      </td>
      <td className="muted problem-cell" data-label={t.problem}>
        <Problem run={run} />
      </td>
    </tr>
  )
}

/** What went wrong or is doubtful, or what a run that is parked waits for, and until when. */
const Problem = ({ run }: { readonly run: RunView }) => {
  if (run.status !== 'parked') return inConsole(run.error?.message ?? run.warnings[0]?.message ?? '')
  return (
    <>
      {run.parkedReason !== null && reasonText(run.parkedReason)}
      {run.wakeAt !== null && (
        <>
          {`, ${messages.runs.continues} `}
          <Time at={run.wakeAt} />
        </>
      )}
    </>
  )
}
