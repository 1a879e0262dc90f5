import { createHash } from 'node:crypto'
import type { ParsedApiKey } from '@inlet/security'
import type { Principal } from './principal.js'

/** Keys that were valid recently. That proves nothing about now: it only allows reading to begin while the key is looked up again. */
export interface ProvenKeys {
  find(presented: ParsedApiKey): Principal | null
  /** Remembers the result of looking up a key; null forgets it. */
  note(presented: ParsedApiKey, principal: Principal | null): void
}

const KEEP_MS = 60_000
const MOST = 1_000

export const createProvenKeys = (now: () => number): ProvenKeys => {
  const proven = new Map<string, { readonly principal: Principal; readonly until: number }>()
  return {
    find(presented) {
      const found = proven.get(nameOf(presented))
      return found !== undefined && found.until > now() ? found.principal : null
    },
    note(presented, principal) {
      const name = nameOf(presented)
      proven.delete(name)
      if (principal === null) return
      // The key that was confirmed longest ago comes first.
      for (const oldest of proven.size >= MOST ? proven.keys() : []) {
        proven.delete(oldest)
        break
      }
      proven.set(name, { principal, until: now() + KEEP_MS })
    },
  }
}

/** Hashes the complete key, so that it is not visible in memory. */
const nameOf = ({ plaintext }: ParsedApiKey): string => createHash('sha256').update(plaintext).digest('base64')
