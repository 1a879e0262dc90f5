import type { SourceDetail } from '@inlet/contract'
import { messages } from '../../messages.js'
import { formatDuration, formatNumber } from '../../ui/format.js'
import { Name } from '../../ui/name.js'
import { Time } from '../../ui/time.js'
import { WithTimes } from '../../ui/with-times.js'
import { ActivityPlots } from './activity-plots.js'
import { UploadsPanel, uploadsOf } from './uploads-panel.js'

const ago = (seconds: number | null): string => (seconds === null ? messages.common.never : messages.source.ago(formatDuration(seconds)))

/** What the source holds, and how far behind it is. */
export const Overview = ({ source }: { readonly source: SourceDetail }) => {
  const t = messages.source
  const records = source.streams.reduce((sum, { liveRecords }) => sum + liveRecords, 0)
  return (
    <div className="stack">
      {source.openError !== null && (
        <div className="note" data-tone="bad">
          <strong>{t.openError(source.openError.version)}</strong>
          <span>{source.openError.message}</span>
          <span className="muted">
            <WithTimes text={source.openError.next} />
          </span>
        </div>
      )}
      <div className="cards">
        <div className="card">
          <span className="muted">{t.records}</span>
          <span className="figure">{formatNumber(records)}</span>
          {source.reindexing !== null && (
            <span className="faint">{t.language.reindexing(formatNumber(source.reindexing.done), formatNumber(source.reindexing.records))}</span>
          )}
        </div>
        <div className="card">
          <span className="muted">{t.lastSuccess}</span>
          <span className="figure small">{ago(source.lag.successSeconds)}</span>
        </div>
        <div className="card">
          <span className="muted">{t.lastChange}</span>
          <span className="figure small">{ago(source.lag.recordSeconds)}</span>
        </div>
        <div className="card" data-tone={source.freshness.state === 'stale' ? 'warn' : undefined}>
          <span className="muted">{t.freshness}</span>
          <span className="figure small">{t.fresh[source.freshness.state]}</span>
          {source.freshWithin !== null && <span className="faint">{t.within(source.freshWithin)}</span>}
        </div>
      </div>
      {source.activeRun !== null && <ActiveRun run={source.activeRun} />}
      <ActivityPlots source={source.slug} />
      <section className="panel">
        <header>
          <h2>{t.streams}</h2>
        </header>
        {source.streams.length === 0 ? (
          <p className="body muted">{t.noStreams}</p>
        ) : (
          <div className="table-wrap" tabIndex={0}>
            <table className="table stacks">
              <thead>
                <tr>
                  <th>{t.stream}</th>
                  <th>{t.kind}</th>
                  <th className="right">{t.records}</th>
                  <th>{t.cursor}</th>
                </tr>
              </thead>
              <tbody>
                {source.streams.map((stream) => (
                  <tr key={stream.name}>
                    <td>
                      <Name of={stream.name} />
                    </td>
                    <td className="muted" data-label={t.kind}>
                      {stream.kind}
                    </td>
                    <td className="right num" data-label={t.records}>
                      {formatNumber(stream.liveRecords)}
                    </td>
                    <td className="muted" data-label={t.cursor}>
                      {stream.hasCursor ? ago(stream.cursorAgeSeconds) : messages.common.none}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {uploadsOf(source).length > 0 && <UploadsPanel source={source} />}
      <section className="panel">
        <header>
          <h2>{t.about}</h2>
        </header>
        <dl className="facts body">
          <dt>{t.facts.version}</dt>
          <dd>{source.version ?? messages.common.none}</dd>
          <dt>{t.facts.credential}</dt>
          <dd>
            {source.credential?.name ??
              (Object.keys(source.secrets).length === 0 ? messages.common.none : t.facts.ownSecrets(Object.keys(source.secrets).join(', ')))}
          </dd>
          {source.hookPath !== null && (
            <>
              <dt>{t.facts.hook}</dt>
              <dd>
                <code>{location.origin + source.hookPath}</code>
              </dd>
            </>
          )}
          <dt>{t.facts.created}</dt>
          <dd>
            <Time at={source.createdAt} />
          </dd>
          <dt>{t.facts.updated}</dt>
          <dd>
            <Time at={source.updatedAt} />
          </dd>
        </dl>
      </section>
    </div>
  )
}

const ActiveRun = ({ run }: { readonly run: NonNullable<SourceDetail['activeRun']> }) => (
  <section className="panel" aria-live="off">
    <header>
      <h2>{messages.source.activeRun}</h2>
      <span className="state" data-tone="busy">
        {messages.runs.statuses[run.status]}
      </span>
    </header>
    <dl className="facts body">
      <dt>{messages.runs.trigger}</dt>
      <dd>{messages.runs.triggers[run.trigger]}</dd>
      <dt>{messages.runs.read}</dt>
      <dd className="num">{formatNumber(run.recordsRead)}</dd>
      <dt>{messages.runs.batches}</dt>
      <dd className="num">{messages.runs.stored(formatNumber(run.batches.committed), formatNumber(run.batches.forwarded))}</dd>
      <dt>{messages.runs.started}</dt>
      <dd>
        <Time at={run.startedAt} />
      </dd>
    </dl>
  </section>
)
