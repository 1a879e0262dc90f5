import type { Database } from '@inlet/db'
import type { PageTokens } from '../http/page-token.js'
import type { EventHub } from './event-hub.js'

export interface EventDeps {
  readonly database: Database
  readonly tokens: PageTokens
  readonly hub: EventHub
  /** Aborts when the process drains. */
  readonly stopping: AbortSignal
}
