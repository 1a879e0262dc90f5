/**
 * Which events a follower has seen. Ids are assigned before the commit, so a lower one may appear after a higher one: skipped ids are looked for
 * until they appear or were certainly rolled back.
 */
export interface EventWindow {
  readonly lastId: bigint
  /** Skipped ids, with the moment (monotonic ms) they were noticed. */
  readonly missing: ReadonlyMap<bigint, number>
}

/** Transactions that write events are over after this time. */
const MISSING_FOR_MS = 30_000
const MAX_GAP = 1_000n
const MAX_MISSING = 5_000

/** Returns the window after events with these ids (ascending) were seen. Pure. */
export const advanceWindow = (window: EventWindow, ids: readonly bigint[], now: number): EventWindow => {
  const missing = new Map([...window.missing].filter(([, noticedAt]) => now - noticedAt < MISSING_FOR_MS))
  let { lastId } = window
  for (const id of ids) {
    missing.delete(id)
    if (id <= lastId) continue
    const from = id - lastId > MAX_GAP ? id - MAX_GAP : lastId + 1n
    for (let skipped = from; skipped < id && missing.size < MAX_MISSING; skipped += 1n) missing.set(skipped, now)
    lastId = id
  }
  return { lastId, missing }
}

/** Returns the id to resume after: everything up to it has been seen. */
export const watermark = (window: EventWindow): bigint => {
  let low = window.lastId
  for (const id of window.missing.keys()) if (id <= low) low = id - 1n
  return low
}
