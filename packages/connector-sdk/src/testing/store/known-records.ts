import { keyHash, keyText } from '@inlet/domain'
import type { KnownRecords } from '../../context.js'
import { must } from '../violation.js'
import type { StoredRecord } from './stored-record.js'

const MAX_KEYS = 1000

/** `ctx.known` over live records in memory. */
export const knownRecords = (live: (stream: string) => ReadonlyMap<string, StoredRecord>): KnownRecords => ({
  async lookup(stream, keys) {
    must(keys.length <= MAX_KEYS, `known.lookup was asked for ${keys.length} keys at once`)
    const answer = new Map<string, string | null>()
    for (const key of keys) {
      const stored = live(stream).get(keyHash(key))
      if (stored !== undefined) answer.set(keyText(key), stored.validator)
    }
    return answer
  },
  async *entries(stream) {
    const sorted = [...live(stream).values()].sort((a, b) => (a.keyText < b.keyText ? -1 : 1))
    for (const stored of sorted) yield { key: stored.keyText, validator: stored.validator }
  },
})
