import type { Database } from '@inlet/db'
import type { Semaphore } from '@inlet/runtime'
import type { PageTokens } from '../http/page-token.js'

export interface UploadDeps {
  readonly database: Database
  readonly tokens: PageTokens
  readonly maxBytes: number
  /** How many uploads are stored at a time. */
  readonly slots: Semaphore
}
