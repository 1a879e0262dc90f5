import type { RunDetailView } from '@inlet/contract'
import { messages } from '../../messages.js'
import { formatDuration } from '../../ui/format.js'
import { Time } from '../../ui/time.js'
import { type TimelineRow, toTimeline } from './to-timeline.js'

const SHOWN = 40

/** Where the time of a run went: waiting, attempts, streams and forced waits, each as a bar at its place. */
export const Timeline = ({ run }: { readonly run: RunDetailView }) => {
  const t = messages.runs.timeline
  const all = toTimeline(run, Date.now())
  const rows = all.slice(-SHOWN)
  const from = Math.min(...rows.map((row) => row.from))
  const length = Math.max(1, ...rows.map(({ to }) => to - from))
  return (
    <section className="panel">
      <header>
        <h2>{t.title}</h2>
        <span className="muted row">
          <Time at={run.startedAt ?? run.createdAt} />
          {run.status === 'parked' && run.wakeAt !== null && (
            <span>
              {t.wakes} <Time at={run.wakeAt} />
            </span>
          )}
        </span>
      </header>
      <ol className="body timeline" aria-label={t.title}>
        {all.length > rows.length && <li className="muted">{t.earlier(String(all.length - rows.length))}</li>}
        {rows.map((row) => (
          <li key={row.key} data-kind={row.kind}>
            <span className="truncate" title={row.name}>
              {nameOf(row)}
            </span>
            <span className="track" aria-hidden="true">
              <span
                className="bar"
                data-tone={row.tone}
                data-kind={row.kind}
                style={{ left: `${((row.from - from) / length) * 100}%`, width: `max(3px, ${((row.to - row.from) / length) * 100}%)` }}
              />
            </span>
            <span className="num nowrap length">{lengthOf(row)}</span>
            <span className="muted truncate detail" title={detailOf(row)}>
              {detailOf(row)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}

const nameOf = ({ kind, name }: TimelineRow): string => {
  const t = messages.runs.timeline
  if (kind === 'attempt') return t.attempt(name)
  return kind === 'stream' ? name : t[kind]
}

/** Below a minute to a tenth: most runs are short. */
const lengthOf = ({ from, to }: TimelineRow): string => {
  const seconds = (to - from) / 1_000
  return seconds < 60 ? `${new Intl.NumberFormat(navigator.language, { maximumFractionDigits: 1 }).format(seconds)}s` : formatDuration(seconds)
}

const detailOf = ({ how, worker, note }: TimelineRow): string =>
  [how === null ? null : messages.runs.timeline.left[how], worker === null ? null : shortWorker(worker), note].filter(Boolean).join(' · ')

/** Host and process; the rest of the name only distinguishes starts of it. */
const shortWorker = (worker: string): string => worker.split(':').slice(0, 2).join(':')
