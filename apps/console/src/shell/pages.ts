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

export const PAGES: readonly Page[] = [{ to: '/sources', name: 'sources', group: 'data', needs: 'listSources', key: 's' }]
