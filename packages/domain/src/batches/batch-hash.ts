import { canonicalJson } from '../identity/canonical-json.js'
import { sha256Hex } from '../identity/identity.js'
import type { BatchEnvelope } from './batch.js'

/** sha256 over payload and effects of a batch; canonical, since a queue in Postgres may give effects back in another order of keys. */
export const batchHash = (payload: string, effects: BatchEnvelope['effects']): string =>
  sha256Hex(effects === undefined ? payload : payload + canonicalJson(effects))
