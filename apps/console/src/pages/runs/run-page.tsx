import type { RunDetailView, RunView, SourceDetail } from '@inlet/contract'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { ApiError } from '../../api/api-error.js'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { Badge } from '../../ui/badge.js'
import { formatBytes, formatDuration, formatNumber } from '../../ui/format.js'
import { NotFound } from '../../ui/not-found.js'
import { Page } from '../../ui/page.js'
import { ProblemNote } from '../../ui/problem.js'
import { Reason } from '../../ui/reason.js'
import { sentence } from '../../ui/sentence.js'
import { Loading } from '../../ui/states.js'
import { notify, notifyError } from '../../ui/toasts.js'
import { useSearch } from '../../ui/use-search.js'
import { WithTimes } from '../../ui/with-times.js'
import { durationOf, textOfRun, toneOfRun } from './run-list.js'
import { Streams } from './streams.js'
import { Timeline } from './timeline.js'
import './run.css'
import { Name } from '../../ui/name.js'
import { shownName } from '../../ui/shown-name.js'

const Log = lazy(async () => ({ default: (await import('./run-log.js')).RunLog }))

/** One run, live while it is under way. */
export const RunPage = () => {
  const { id } = useParams({ from: '/runs/$id' })
  const run = useQuery({
    queryKey: ['run', id],
    queryFn: ({ signal }) => client.call<RunDetailView>('GET', `/v1/runs/${id}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.status === 'ended' ? false : 1_000),
  })
  const sourceId = run.data?.sourceId
  const source = useQuery({
    queryKey: ['source', sourceId, 'detail'],
    queryFn: ({ signal }) => client.call<SourceDetail>('GET', `/v1/sources/${sourceId}`, { signal }),
    enabled: sourceId !== undefined,
  })
  if (run.data !== undefined) return <Shown run={run.data} source={source.data} error={run.error} />
  if (run.error instanceof ApiError && run.error.status === 404) return <NotFound />
  return <Page title={messages.runs.one}>{run.isError ? <ProblemNote error={run.error} onRetry={() => void run.refetch()} /> : <Loading />}</Page>
}

interface ShownProps {
  readonly run: RunDetailView
  readonly source: SourceDetail | undefined
  readonly error: unknown
}

const Shown = ({ run, source, error }: ShownProps) => {
  const session = useSession()
  const [search] = useSearch()
  const tab = search['tab'] === 'log' ? 'log' : 'overview'
  const t = messages.runs
  const seconds = durationOf(run, Date.now())
  const cancel = async (): Promise<void> => {
    try {
      await client.call('POST', `/v1/runs/${run.id}/cancel`)
      notify(messages.source.done.cancel)
    } catch (caught) {
      notifyError(caught)
    }
  }
  return (
    <Page
      title={source === undefined ? t.one : t.of(shownName(source.name, { or: source.slug }))}
      copy={tab === 'log' ? { path: `/v1/runs/${run.id}/logs` } : { path: `/v1/runs/${run.id}`, cli: `inlet runs get ${run.id}` }}
      actions={
        <>
          {run.status !== 'ended' && session.can('cancelRun') && (
            <button type="button" className="button" disabled={run.cancelRequested} onClick={() => void cancel()}>
              {t.cancel}
            </button>
          )}
          {source !== undefined && (
            <Link to="/records" search={{ source: source.slug }} className="button">
              {t.records}
            </Link>
          )}
        </>
      }
    >
      <div className="stack">
        <div className="row wrap source-meta">
          <Badge tone={toneOfRun(run)}>{textOfRun(run)}</Badge>
          <span className="tag">{t.triggers[run.trigger]}</span>
          {source !== undefined && (
            <Link to="/sources/$ref" params={{ ref: source.slug }} className="link">
              <Name of={source.name} or={source.slug} />
            </Link>
          )}
          {run.version !== null && <span className="faint">{messages.versions.version(run.version)}</span>}
          {seconds !== null && <span className="faint num">{formatDuration(seconds)}</span>}
        </div>
        {error !== null && <ProblemNote error={error} />}
        {run.error !== null && (
          <div className="note" data-tone="bad">
            <strong>
              <WithTimes text={sentence(run.error.message)} />
            </strong>
            <span className="muted">
              <WithTimes text={run.error.next} />
            </span>
            <Reason of={run.error.reason} />
          </div>
        )}
        {[
          ...run.warnings.map(({ reason, message }) => ({ key: reason, message, next: null })),
          ...run.caveats.map(({ kind, message, next }) => ({ key: kind, message, next })),
        ].map(({ key, message, next }) => (
          <div key={key + message} className="note" data-tone="warn">
            <span>
              <WithTimes text={sentence(message)} />
            </span>
            {next !== null && (
              <span className="muted">
                <WithTimes text={next} />
              </span>
            )}
          </div>
        ))}
        <nav className="tabs" aria-label={t.parts}>
          {(['overview', 'log'] as const).map((name) => (
            <Link
              key={name}
              to="/runs/$id"
              params={{ id: run.id }}
              search={name === 'overview' ? {} : { tab: name }}
              activeOptions={{ exact: true, includeSearch: true }}
              aria-current={name === tab ? 'page' : undefined}
            >
              {t.tabs[name]}
            </Link>
          ))}
        </nav>
        {tab === 'log' ? (
          <Suspense fallback={<Loading />}>
            <Log run={run} />
          </Suspense>
        ) : (
          <>
            <Timeline run={run} />
            <Counts run={run} />
            <Streams progress={run.progress} />
          </>
        )}
      </div>
    </Page>
  )
}

/** What was read must be found again in what became of it; while batches wait to be stored, that is said. */
const Counts = ({ run }: { readonly run: RunView }) => {
  const t = messages.runs
  const { counts, batches, bytes } = run
  const names = ['inserted', 'updated', 'unchanged', 'deleted', 'quarantined'] as const
  return (
    <section className="panel">
      <header>
        <h2>{t.counts}</h2>
        <span className="muted num">
          {t.batchesStored(formatNumber(batches.committed), formatNumber(batches.forwarded), formatBytes(bytes.committed))}
        </span>
      </header>
      <div className="body figures">
        <div>
          <span className="muted">{t.read}</span>
          <div className="figure num">{formatNumber(counts.read)}</div>
        </div>
        {names.map((name) => (
          <div key={name}>
            <span className="muted">{t.countNames[name]}</span>
            <div className="figure num">{formatNumber(counts[name])}</div>
          </div>
        ))}
      </div>
      {(batches.fenced > 0 || batches.duplicate > 0) && (
        <p className="body muted">{t.refused(formatNumber(batches.fenced), formatNumber(batches.duplicate))}</p>
      )}
    </section>
  )
}
