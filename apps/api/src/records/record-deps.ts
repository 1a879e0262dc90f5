import type { Database } from '@inlet/db'
import type { Logger } from '@inlet/observability'
import type { Queues } from '@inlet/queue'
import type { PageTokens } from '../http/page-token.js'

export interface RecordDeps {
  readonly database: Database
  readonly queues: Queues
  readonly tokens: PageTokens
  readonly log: Logger
}
