import type { SourceDetail, WhyView } from '@inlet/contract'
import { Link, Navigate, useParams } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense } from 'react'
import { ApiError } from '../../api/api-error.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import type { CopyTarget } from '../../ui/copy-menu.js'
import { NotFound } from '../../ui/not-found.js'
import { Page } from '../../ui/page.js'
import { ProblemNote } from '../../ui/problem.js'
import { Loading } from '../../ui/states.js'
import { useNow } from '../../ui/time.js'
import { useSearch } from '../../ui/use-search.js'
import { conditionText, TONES, toCondition } from '../sources/condition.js'
import { Actions } from './actions.js'
import { Overview } from './overview.js'
import { toSourceFile } from './to-source-file.js'
import { useAct } from './use-act.js'
import { useSource } from './use-source.js'
import { WhyPanel } from './why-panel.js'
import './source.css'
import { Name } from '../../ui/name.js'
import { shownName } from '../../ui/shown-name.js'

const Runs = lazy(async () => ({ default: (await import('../runs/run-list.js')).RunList }))
const Events = lazy(async () => ({ default: (await import('./events-tab.js')).EventsTab }))
const Quarantine = lazy(async () => ({ default: (await import('./quarantine-tab.js')).QuarantineTab }))
const Settings = lazy(async () => ({ default: (await import('./settings-tab.js')).SettingsTab }))
const Versions = lazy(async () => ({ default: (await import('./versions-tab.js')).VersionsTab }))
const Schedule = lazy(async () => ({ default: (await import('./schedule-tab.js')).ScheduleTab }))

interface Tab {
  readonly name: keyof typeof messages.source.tabs
  readonly show: (source: SourceDetail) => ReactNode
}

const TABS: readonly Tab[] = [
  { name: 'overview', show: (source) => <Overview source={source} /> },
  { name: 'runs', show: ({ id }) => <Runs source={id} /> },
  { name: 'quarantine', show: (source) => <Quarantine source={source} /> },
  { name: 'settings', show: (source) => <Settings source={source} /> },
  { name: 'versions', show: (source) => <Versions source={source} /> },
  { name: 'schedule', show: (source) => <Schedule source={source} /> },
  { name: 'events', show: ({ id }) => <Events source={id} /> },
]

export const SourcePage = () => {
  const { ref } = useParams({ from: '/sources/$ref' })
  const { source, why, refresh } = useSource(ref)
  if (source.data !== undefined) return <Shown source={source.data} why={why.data} error={source.error ?? why.error} refresh={refresh} />
  // Where new sources were made once; a source may be called that.
  if (source.error instanceof ApiError && source.error.status === 404) return ref === 'new' ? <Navigate to="/new-source" replace /> : <NotFound />
  return <Page title={ref}>{source.isError ? <ProblemNote error={source.error} onRetry={() => void source.refetch()} /> : <Loading />}</Page>
}

interface ShownProps {
  readonly source: SourceDetail
  readonly why: WhyView | undefined
  readonly error: unknown
  readonly refresh: () => Promise<void>
}

/** In a narrow window the tab that is shown may be out of sight. */
const showCurrent = (tabs: HTMLElement | null): void => {
  const current = tabs?.querySelector<HTMLElement>('[aria-current=page]')
  if (tabs && current && current.offsetLeft + current.offsetWidth > tabs.clientWidth) tabs.scrollLeft = current.offsetLeft - 24
}

/** The request behind a tab. */
const copyOf = ({ slug }: SourceDetail, tab: Tab['name'] | undefined): CopyTarget => {
  switch (tab) {
    case 'runs':
      return { path: '/v1/runs', query: { source: slug }, cli: `inlet runs --source ${slug}` }
    case 'quarantine':
      return { path: `/v1/sources/${slug}/quarantine`, query: { state: 'open' }, cli: `inlet quarantine ${slug}` }
    case 'versions':
      return { path: `/v1/sources/${slug}/versions`, cli: `inlet versions ${slug}` }
    case 'schedule':
      return { path: `/v1/sources/${slug}/ticks` }
    case 'events':
      return { path: '/v1/events', query: { source: slug }, cli: `inlet events --source ${slug}` }
    default:
      return { path: `/v1/sources/${slug}`, cli: `inlet sources get ${slug}`, toYaml: toSourceFile }
  }
}

const Shown = ({ source, why, error, refresh }: ShownProps) => {
  const [search] = useSearch()
  const now = useNow()
  const act = useAct(refresh)
  const session = useSession()
  const classified = {
    ...source,
    outcome: source.lastRun?.outcome ?? null,
    freshUntil: source.freshness.staleSince,
    parkedUntil: source.activeRun?.status === 'parked' ? source.activeRun.wakeAt : null,
    parkedReason: source.activeRun?.parkedReason ?? null,
    quarantined: 0,
  }
  const condition = toCondition(classified, now)
  const tab = TABS.find(({ name }) => name === search['tab']) ?? TABS[0]
  return (
    <Page
      title={shownName(source.name, { or: source.slug })}
      copy={copyOf(source, tab?.name)}
      actions={
        <>
          <Link to="/records" search={{ source: source.slug }} className="button">
            {messages.runs.records}
          </Link>
          {session.can('runSource') && <Actions source={source} act={act} />}
        </>
      }
    >
      <div className="stack">
        <div className="row wrap source-meta">
          <span className="state" data-tone={TONES[condition]}>
            {conditionText(classified, condition)}
          </span>
          <span className="tag">{source.connector}</span>
          <span className="faint">{source.slug}</span>
          {Object.entries(source.labels).map(([name, value]) => (
            <span key={name} className="tag">
              <Name of={`${name}:${value}`} max={60} />
            </span>
          ))}
        </div>
        {error !== null && error !== undefined && <ProblemNote error={error} />}
        {why !== undefined && <WhyPanel source={source} why={why} act={act} />}
        <nav className="tabs" aria-label={messages.source.parts} ref={showCurrent}>
          {TABS.map(({ name }) => (
            <Link
              key={name}
              to="/sources/$ref"
              params={{ ref: source.slug }}
              search={name === 'overview' ? {} : { tab: name }}
              activeOptions={{ exact: true, includeSearch: true }}
              aria-current={name === tab?.name ? 'page' : undefined}
            >
              {messages.source.tabs[name]}
            </Link>
          ))}
        </nav>
        <Suspense fallback={<Loading />}>{tab?.show(source)}</Suspense>
      </div>
    </Page>
  )
}
