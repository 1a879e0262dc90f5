import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { Shell } from './shell/shell.js'
import { NotFound } from './ui/not-found.js'
import { Loading } from './ui/states.js'

type Search = Readonly<Record<string, string>>
/** What the address says after `?`, as texts; what is not text is left out. */
const texts = (search: Record<string, unknown>): Search =>
  Object.fromEntries(
    Object.entries(search).flatMap(([name, value]) => (['string', 'number', 'boolean'].includes(typeof value) ? [[name, String(value)]] : [])),
  )

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, validateSearch: texts })
const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview/overview-page.js'), 'OverviewPage'),
})
const sources = createRoute({
  getParentRoute: () => root,
  path: '/sources',
  component: lazyRouteComponent(() => import('./pages/sources/sources-page.js'), 'SourcesPage'),
})

const bulk = createRoute({
  getParentRoute: () => root,
  path: '/bulk-operations',
  component: lazyRouteComponent(() => import('./pages/sources/bulk-page.js'), 'BulkPage'),
})

const source = createRoute({
  getParentRoute: () => root,
  path: '/sources/$ref',
  component: lazyRouteComponent(() => import('./pages/source/source-page.js'), 'SourcePage'),
})

const newSource = createRoute({
  getParentRoute: () => root,
  path: '/new-source',
  component: lazyRouteComponent(() => import('./pages/new-source/new-source-page.js'), 'NewSourcePage'),
})
const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  component: lazyRouteComponent(() => import('./pages/runs/runs-page.js'), 'RunsPage'),
})
const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$id',
  component: lazyRouteComponent(() => import('./pages/runs/run-page.js'), 'RunPage'),
})
const records = createRoute({
  getParentRoute: () => root,
  path: '/records',
  component: lazyRouteComponent(() => import('./pages/records/records-page.js'), 'RecordsPage'),
})
const quarantine = createRoute({
  getParentRoute: () => root,
  path: '/quarantine',
  component: lazyRouteComponent(() => import('./pages/quarantine/quarantine-page.js'), 'QuarantinePage'),
})
const workers = createRoute({
  getParentRoute: () => root,
  path: '/workers',
  component: lazyRouteComponent(() => import('./pages/operate/workers-page.js'), 'WorkersPage'),
})
const credentials = createRoute({
  getParentRoute: () => root,
  path: '/credentials',
  component: lazyRouteComponent(() => import('./pages/operate/credentials-page.js'), 'CredentialsPage'),
})
const notifications = createRoute({
  getParentRoute: () => root,
  path: '/notifications',
  component: lazyRouteComponent(() => import('./pages/operate/notifications-page.js'), 'NotificationsPage'),
})
const sinks = createRoute({
  getParentRoute: () => root,
  path: '/sinks',
  component: lazyRouteComponent(() => import('./pages/operate/sinks-page.js'), 'SinksPage'),
})
const generations = createRoute({
  getParentRoute: () => root,
  path: '/generations',
  component: lazyRouteComponent(() => import('./pages/operate/generations-page.js'), 'GenerationsPage'),
})
const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  component: lazyRouteComponent(() => import('./pages/operate/audit-page.js'), 'AuditPage'),
})
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/operate/settings-page.js'), 'SettingsPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    sources,
    newSource,
    bulk,
    source,
    runs,
    run,
    records,
    quarantine,
    workers,
    credentials,
    notifications,
    sinks,
    generations,
    audit,
    settings,
  ]),
  defaultPendingComponent: Loading,
  defaultPreload: 'intent',
  // Every value is a text: addresses stay readable, e.g. ?q=-x and not ?q=%22-x%22.
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const text = new URLSearchParams(texts(search)).toString()
    return text === '' ? '' : `?${text}`
  },
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
