import type { Connector } from '@inlet/connector-sdk'
import type { Database } from '@inlet/db'
import type { Logger, SecretRegistry } from '@inlet/observability'
import type { Queues } from '@inlet/queue'
import type { Keyring } from '@inlet/security'
import type { CallDeps } from '../calls/ask-worker.js'
import type { PageTokens } from '../http/page-token.js'
import type { LimitDeps } from '../keys/key-limits.js'
import type { SaveGuard } from './save-guard.js'

/** The dependencies of the source endpoints. */
export interface SourceDeps extends CallDeps, LimitDeps {
  readonly database: Database
  readonly queues: Queues
  readonly keyring: Keyring
  readonly tokens: PageTokens
  readonly findConnector: (type: string) => Connector | undefined
  readonly guard: SaveGuard
  /** Removes secrets of requests from the log. */
  readonly secrets: Pick<SecretRegistry, 'add'>
  readonly log: Logger
}
