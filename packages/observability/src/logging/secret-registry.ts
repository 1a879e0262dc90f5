import { monotonicNow, redactionPattern } from '@inlet/runtime'

/** Secret values currently in use, so that they can be removed from whatever leaves the process. Never serialize it. */
export interface SecretRegistry {
  /**
   * Registers every text and number inside a value (including nested objects and lists) for `ttlMs`; registering it again extends that. Choose a time
   * that outlasts the last line the secret could appear in.
   */
  add(value: unknown, ttlMs: number): void
  /** Returns the values that have not expired. */
  values(): readonly string[]
  /** Returns a global pattern for all of them in every form; undefined when there are none. Rebuilt only after a change. */
  pattern(): RegExp | undefined
}

const leaves = (value: unknown, depth = 0): string[] => {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number' || typeof value === 'bigint') return [String(value)]
  if (typeof value !== 'object' || value === null || depth > 8) return []
  return Object.values(value).flatMap((inner) => leaves(inner, depth + 1))
}

/** Creates an empty registry. `now` returns monotonic milliseconds. */
export const createSecretRegistry = (now: () => number = monotonicNow): SecretRegistry => {
  const expiries = new Map<string, number>()
  let nextExpiry = Number.POSITIVE_INFINITY
  let cached: { readonly pattern: RegExp | undefined } | undefined

  const prune = (): void => {
    const at = now()
    if (at < nextExpiry) return
    nextExpiry = Number.POSITIVE_INFINITY
    for (const [value, expiresAt] of expiries) {
      if (expiresAt <= at) {
        expiries.delete(value)
        cached = undefined
      } else nextExpiry = Math.min(nextExpiry, expiresAt)
    }
  }

  return {
    add(value, ttlMs) {
      const expiresAt = now() + ttlMs
      for (const leaf of leaves(value)) {
        const before = expiries.get(leaf)
        if (before === undefined) cached = undefined
        expiries.set(leaf, Math.max(before ?? 0, expiresAt))
        nextExpiry = Math.min(nextExpiry, expiresAt)
      }
    },
    values() {
      prune()
      return [...expiries.keys()]
    },
    pattern() {
      prune()
      cached ??= { pattern: redactionPattern(expiries.keys()) }
      return cached.pattern
    },
  }
}
