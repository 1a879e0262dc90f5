import type { messages } from '../messages.js'
import type { IconName } from '../ui/icon.js'

export interface Page {
  readonly to: string
  readonly name: keyof typeof messages.nav & IconName
  readonly group: keyof typeof messages.groups | null
  /** The operation without which the page has nothing to show. */
  readonly needs: string
  /** After `g`. */
  readonly key?: string
}

export const PAGES: readonly Page[] = [
  { to: '/', name: 'overview', group: null, needs: 'listSources', key: 'o' },
  { to: '/sources', name: 'sources', group: 'data', needs: 'listSources', key: 's' },
  { to: '/records', name: 'records', group: 'data', needs: 'listRecords', key: 'r' },
  { to: '/quarantine', name: 'quarantine', group: 'data', needs: 'listQuarantine', key: 'q' },
  { to: '/runs', name: 'runs', group: 'operation', needs: 'listRuns' },
  { to: '/workers', name: 'workers', group: 'operation', needs: 'listWorkers' },
  { to: '/notifications', name: 'notifications', group: 'operation', needs: 'listIncidents' },
  { to: '/sinks', name: 'sinks', group: 'operation', needs: 'listSinks' },
  { to: '/generations', name: 'generations', group: 'operation', needs: 'listGenerations' },
  { to: '/credentials', name: 'credentials', group: 'access', needs: 'listCredentials' },
  { to: '/settings', name: 'settings', group: 'access', needs: 'listKeys' },
  { to: '/audit', name: 'audit', group: 'access', needs: 'listAudit' },
]
