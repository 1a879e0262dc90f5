import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { Shell } from './shell/shell.js'
import { NotFound } from './ui/not-found.js'
import { Loading } from './ui/states.js'

type Search = Readonly<Record<string, string>>
/** What the address says after `?`, as texts; what is no text is left out. */
const texts = (search: Record<string, unknown>): Search =>
  Object.fromEntries(
    Object.entries(search).flatMap(([name, value]) => (['string', 'number', 'boolean'].includes(typeof value) ? [[name, String(value)]] : [])),
  )

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, validateSearch: texts })
const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/sources' })
  },
})
const sources = createRoute({
  getParentRoute: () => root,
  path: '/sources',
  component: lazyRouteComponent(() => import('./pages/sources/sources-page.js'), 'SourcesPage'),
})

const source = createRoute({
  getParentRoute: () => root,
  path: '/sources/$ref',
  component: lazyRouteComponent(() => import('./pages/source/source-page.js'), 'SourcePage'),
})

export const router = createRouter({
  routeTree: root.addChildren([home, sources, source]),
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
