import type { Bounds } from './row-source.js'
import { type Paging, type PlacedPage, type Run, remainingRows } from './run.js'
import { toPages } from './to-pages.js'

/**
 * Reads the rows between the bounds in the order of cursor and key. Continues in a new transaction when the current one is old,
 * so that a long read neither holds back vacuum (or purge) nor makes a schema change wait for long. Ends
 * early at the row limit.
 */
export async function* readOrdered(run: Run, bounds: Bounds, paging: Paging): AsyncGenerator<PlacedPage, void, void> {
  const { source, config } = run
  let { from } = bounds
  for (;;) {
    const until = run.clock() + config.maxTransactionSeconds * 1000
    let reached: readonly string[] | null = null
    let old = false
    // A new transaction begins with the row that the last one ended with.
    if (run.before !== undefined) run.before.row = null
    for await (const chunk of source.ordered({ ...bounds, from })) {
      for (const placed of toPages(run, chunk, paging)) {
        reached = placed.position ?? reached
        yield placed
      }
      if (paging.again !== true && remainingRows(run) <= 0) return
      // Without progress, a new transaction would start at the same position again.
      old = run.clock() > until && reached !== null && String(reached) !== String(from)
      if (old) break
    }
    if (!old) return
    from = reached
    await source.renew()
  }
}
