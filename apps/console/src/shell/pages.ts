import type { messages } from '../messages.js'
import { ACCESS } from '../session/access.js'
import type { Session } from '../session/session.js'
import type { IconName } from '../ui/icon.js'

export interface Page {
  readonly to: string
  readonly name: keyof typeof messages.nav & IconName
  readonly group: keyof typeof messages.groups | null
  /** After `g`. */
  readonly key?: string
}

export const PAGES: readonly Page[] = [
  { to: '/', name: 'overview', group: null, key: 'o' },
  { to: '/sources', name: 'sources', group: 'data', key: 's' },
  { to: '/records', name: 'records', group: 'data', key: 'r' },
  { to: '/quarantine', name: 'quarantine', group: 'data', key: 'q' },
  { to: '/runs', name: 'runs', group: 'operation' },
  { to: '/workers', name: 'workers', group: 'operation' },
  { to: '/notifications', name: 'notifications', group: 'operation' },
  { to: '/sinks', name: 'sinks', group: 'operation' },
  { to: '/generations', name: 'generations', group: 'operation' },
  { to: '/credentials', name: 'credentials', group: 'access' },
  { to: '/settings', name: 'settings', group: 'access' },
  { to: '/audit', name: 'audit', group: 'access' },
]

/** The pages that have something to show to who is signed in. */
export const pagesFor = ({ can }: Pick<Session, 'can'>): readonly Page[] =>
  PAGES.filter(({ to }) => {
    const access = ACCESS[to]
    return access === undefined || can(access.needs)
  })
