import type { Database } from '@inlet/db'
import type { Logger } from '@inlet/observability'
import type { Queues } from '@inlet/queue'
import type { FailedLogins } from '../http/failed-logins.js'
import type { PageTokens } from '../http/page-token.js'
import type { Places } from '../http/slots.js'
import type { EventWriter } from './event-writer.js'
import type { OpenHooks } from './open-hooks.js'
import type { PushStarter } from './push-starter.js'
import type { RefusalEvents } from './refusals.js'

/** What the endpoints for pushed events use. */
export interface HookDeps {
  readonly database: Database
  readonly queues: Queues
  readonly tokens: PageTokens
  readonly log: Logger
  readonly hooks: OpenHooks
  readonly writer: EventWriter
  readonly starter: PushStarter
  /** Requests that were refused, by address and source. */
  readonly refusals: FailedLogins
  readonly refusalEvents: RefusalEvents
  /** Bodies on their way, by source. */
  readonly bodies: Places
  /** How long a body may take altogether, in ms. */
  readonly bodyMs: number
  /** Largest body in bytes. */
  readonly maxBytes: number
  /** Events of a source that may wait to be stored. */
  readonly maxWaiting: number
}
