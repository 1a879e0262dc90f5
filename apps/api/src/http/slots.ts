import { Failure } from '@inlet/domain'

/** Slots held while something is open, limited per name and in total. */
export interface Slots {
  /** Takes a slot; the caller gives it back exactly once, whatever happens. Throws TOO_MANY_REQUESTS. */
  take(name: string): () => void
}

interface SlotOptions {
  readonly perName: number
  readonly total: number
  /** What there are too many of, for the message. */
  readonly what: string
}

const RETRY_MS = 1_000

export const createSlots = ({ perName, total, what }: SlotOptions): Slots => {
  const counts = new Map<string, number>()
  let all = 0
  return {
    take(name) {
      const count = counts.get(name) ?? 0
      if (count >= perName || all >= total)
        throw new Failure('TOO_MANY_REQUESTS', `${Math.min(count, all)} ${what} are open`, { retryAfterMs: RETRY_MS })
      counts.set(name, count + 1)
      all += 1
      let isOpen = true
      return () => {
        if (!isOpen) return
        isOpen = false
        all -= 1
        const left = (counts.get(name) ?? 1) - 1
        if (left === 0) counts.delete(name)
        else counts.set(name, left)
      }
    },
  }
}
