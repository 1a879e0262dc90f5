import type { Connector } from '@inlet/connector-sdk'
import { addEvents, createPushRuns, type Database, toDatabaseFailure, writeEvent } from '@inlet/db'
import type { Logger, SecretRegistry } from '@inlet/observability'
import type { Queues } from '@inlet/queue'
import { type Lifecycle, monotonicNow } from '@inlet/runtime'
import type { Keyring } from '@inlet/security'
import { createFailedLogins } from '../http/failed-logins.js'
import type { PageTokens } from '../http/page-token.js'
import { createSlots } from '../http/slots.js'
import { enqueueAfterCommit } from '../source-access/after-commit.js'
import { createEventWriter } from './event-writer.js'
import { createHookHandlers } from './hooks.js'
import { createOpenHooks } from './open-hooks.js'
import { createPushStarter } from './push-starter.js'
import { createRefusalEvents } from './refusals.js'

/** Refused requests per minute from one address to one source: more than a sender with a wrong secret produces by itself. */
const REFUSALS_A_MINUTE = 60
/** A body is short and arrives at once; many open ones come from a sender, or an attacker, that does not finish. */
const OPEN_BODIES = { perName: 500, total: 1_000, what: 'bodies of events' }
const BODY_MS = 30_000
const WRITE = { timeoutMs: 8_000, maxGroupEvents: 1_000, maxGroupBytes: 4_194_304, maxWaitingBytes: 67_108_864 }

interface ComposeHooks {
  readonly database: Database
  readonly queues: Queues
  readonly keyring: Keyring
  readonly tokens: PageTokens
  readonly secrets: Pick<SecretRegistry, 'add'>
  readonly findConnector: (type: string) => Connector | undefined
  readonly log: Logger
  readonly maxBytes: number
  readonly maxWaiting: number
  /** How long a body may take in total, in ms; default 30,000. */
  readonly bodyMs?: number
  readonly onError: (error: unknown) => void
}

/** Composes the receiver of pushed events. */
export const composeHooks = (deps: ComposeHooks, lifecycle: Pick<Lifecycle, 'defer'>) => {
  const { database, onError } = deps
  const now = monotonicNow
  const hooks = createOpenHooks({ ...deps, now })
  lifecycle.defer('open hooks', () => hooks.close())
  const starter = createPushStarter({
    start: async (sourceIds) => enqueueAfterCommit(deps, await createPushRuns(database, { sourceIds, limit: sourceIds.length })),
    onError,
    now,
  })
  lifecycle.defer('push starter', () => starter.close())
  const writer = createEventWriter({ ...WRITE, write: (events) => addEvents(database, events), toFailure: toDatabaseFailure })
  const refusals = createFailedLogins({ limit: REFUSALS_A_MINUTE, now })
  const refusalEvents = createRefusalEvents({
    write: (sourceId, why) =>
      writeEvent(database.pool, { sourceId, type: 'hook.refused', level: 'warn', message: `a pushed event was refused: ${why}` }),
    onError,
    now,
  })
  const bodies = createSlots(OPEN_BODIES)
  return createHookHandlers({ bodyMs: BODY_MS, ...deps, bodies, hooks, writer, starter, refusals, refusalEvents })
}
