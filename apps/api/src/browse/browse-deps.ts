import type { Connector } from '@inlet/connector-sdk'
import type { Semaphore } from '@inlet/runtime'
import type { CallDeps } from '../calls/ask-worker.js'

export interface BrowseDeps extends CallDeps {
  readonly findConnector: (type: string) => Connector | undefined
  /** How long answers are kept; 0: not at all. */
  readonly ttlSeconds: number
  /** The largest item that is fetched. */
  readonly maxBytes: number
  /** How many items are fetched at a time. */
  readonly slots: Semaphore
}
