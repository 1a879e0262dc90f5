import { createHash } from 'node:crypto'
import type { ParsedApiKey } from '@inlet/security'
import type { Principal } from './principal.js'

/** Whose keys were right lately. That proves nothing now: it says for whom reading may begin while the key is looked up again. */
export interface ProvenKeys {
  find(presented: ParsedApiKey): Principal | null
  /** Remembers what looking a key up has given; null forgets it. */
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
      // The one that was right the longest ago is first.
      for (const oldest of proven.size >= MOST ? proven.keys() : []) {
        proven.delete(oldest)
        break
      }
      proven.set(name, { principal, until: now() + KEEP_MS })
    },
  }
}

/** The whole key counts, and memory does not show it. */
const nameOf = ({ plaintext }: ParsedApiKey): string => createHash('sha256').update(plaintext).digest('base64')
