import { Failure } from '@inlet/connector-sdk'
import { type Bounds, selectOrdered } from '../plan/select.js'
import { quoteNames } from '../sql/quote.js'
import { type Paging, type PlacedPage, type Run, remainingRows } from './run.js'
import { toPages } from './to-pages.js'

/**
 * The rows between the bounds in the order of cursor and key. Goes on in a new transaction when the present one is old,
 * so that a long read neither holds back vacuum nor makes a schema change wait for long. Ends early at the row limit.
 */
export async function* readOrdered(run: Run, bounds: Bounds, paging: Paging): AsyncGenerator<PlacedPage, void, void> {
  const { session, config, plan } = run
  let { from } = bounds
  for (;;) {
    const until = run.clock() + config.maxTransactionSeconds * 1000
    const { text, values } = selectOrdered(plan, { ...bounds, from })
    let reached: readonly string[] | null = null
    let old = false
    for await (const chunk of session.rows(text, values)) {
      for (const placed of toPages(run, chunk, paging)) {
        reached = placed.position ?? reached
        yield placed
      }
      if (paging.again !== true && remainingRows(run) <= 0) return
      // Without progress a new transaction would start at the same place again.
      old = run.clock() > until && reached !== null && String(reached) !== String(from)
      if (old) break
    }
    if (!old) return
    from = reached
    await renewTransaction(run)
  }
}

/** Throws SCHEMA_CHANGED when the columns are no longer those of the plan; the next try makes a new one. */
const renewTransaction = async ({ session, plan }: Run): Promise<void> => {
  await session.commit()
  await session.begin()
  const fields = await session.describe(`SELECT ${quoteNames(plan.columns.map((column) => column.name))} FROM ${plan.from}`)
  if (!fields.every((field, at) => field.dataTypeID === plan.columns[at]?.oid)) {
    throw new Failure('SCHEMA_CHANGED', `a column of ${plan.stream} changed its type during the read`, {
      next: 'Nothing to do: the next try goes on from here with the new type.',
    })
  }
}
