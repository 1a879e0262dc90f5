import { complete, type Page, type ReadEnd } from '@inlet/connector-sdk'
import { readOrdered } from './read-ordered.js'
import { cutByLimit, type Run, remainingRows } from './run.js'
import { cursorAt, doneCursor, type Start } from './saved-cursor.js'
import { sweepKeys } from './sweep-keys.js'

/**
 * Reads all rows by key. Its cursors only serve to resume an interrupted read; the last one makes the next read
 * start over. A resumed read also reports the keys before its start, so that its sweep is complete.
 */
export async function* readFull(run: Run, start: Start): AsyncGenerator<Page, ReadEnd, void> {
  const { plan } = run
  const resumable = plan.key.length > 0
  const paging = resumable ? { cursorOf: (position: readonly string[]) => cursorAt(plan, position, { horizon: null, n: 0 }) } : {}
  for await (const { page } of readOrdered(run, { from: start.key, before: null, to: null }, paging)) yield page
  if (remainingRows(run) <= 0) return cutByLimit(run)
  if (plan.deletes.sweep && start.key !== null) yield* sweepKeys(run, start.key)
  yield {
    records: [],
    ...(resumable ? { cursor: doneCursor(0) } : {}),
    ...(plan.deletes.sweep ? { sweep: {} } : {}),
    progress: { done: run.count.done },
  }
  return complete('the statement of the whole table ended without an error')
}
