import { type Cursor, complete, type Page, type ReadEnd } from '@inlet/connector-sdk'
import { readOrdered } from './read-ordered.js'
import { cutByLimit, type Run, remainingRows } from './run.js'
import { cursorAt, doneCursor, type Start } from './saved-cursor.js'
import { sweepKeys } from './sweep-keys.js'
import { toPages } from './to-pages.js'
import type { Window } from './window.js'

/**
 * Reads the overlap behind the saved position again first, for late commits; then everything from the position to
 * the horizon, which moves the cursor; then, in every run, the rows that cannot move it (too recent, in the future, NULL);
 * and last, when due, the keys for a sweep. The cursor therefore only moves forward.
 */
export async function* readIncremental(run: Run, start: Start, window: Window): AsyncGenerator<Page, ReadEnd, void> {
  const { plan, config } = run
  const from = start.row === null ? null : [start.row.v, ...start.row.k]
  if (window.overlapFrom !== null) {
    const overlap = { from: [window.overlapFrom], before: from, to: null }
    for await (const { page } of readOrdered(run, overlap, { again: true })) yield page
  }

  const cursorOf = createCursorOf(run, start, window)
  let reached: readonly string[] | null = from
  for await (const placed of readOrdered(run, { from, before: null, to: window.to }, { cursorOf: (at) => cursorOf(at, start.runsSinceSweep) })) {
    reached = placed.position ?? reached
    yield placed.page
  }
  if (remainingRows(run) <= 0) return cutByLimit(run)

  for await (const chunk of run.source.beyondHorizon(window.to)) {
    for (const { page } of toPages(run, chunk, {})) yield page
    if (remainingRows(run) <= 0) return cutByLimit(run)
  }

  const due = plan.deletes.sweep && start.runsSinceSweep + 1 >= config.sweepEveryRuns
  if (due) yield* sweepKeys(run, null)
  const runsSinceSweep = due || !plan.deletes.sweep ? 0 : start.runsSinceSweep + 1
  const cursor = reached === null ? doneCursor(runsSinceSweep) : cursorOf(reached, runsSinceSweep)
  yield { records: [], ...(cursor === undefined ? {} : { cursor }), ...(due ? { sweep: {} } : {}), progress: { done: run.count.done } }
  return complete('all statements up to the horizon ended without an error')
}

/** A final position that nothing has moved keeps its cursor unchanged to the letter, so that an idle table is recognized as idle. */
const createCursorOf = ({ plan }: Run, { row }: Start, window: Window): ((at: readonly string[], n: number) => Cursor | undefined) => {
  const final = row !== null && window.overlapFrom === null
  const unmoved = (at: readonly string[]): boolean => final && at[0] === row.v && at.slice(1).every((value, index) => value === row.k[index])
  return (at, n) => cursorAt(plan, at, { horizon: unmoved(at) ? (row?.h ?? null) : window.to, n })
}
