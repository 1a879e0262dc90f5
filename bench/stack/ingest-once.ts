import type { Stack } from './stack.js'
import { until } from './until.js'

export interface Ingested {
  readonly runId: string
  /** From before POST …/run until the run has ended: everything stored and committed. */
  readonly seconds: number
  readonly inserted: number
}

/** Registers a source, runs it once and waits for its end; throws unless the outcome is `ok`. */
export const ingestOnce = async (stack: Stack, source: Readonly<Record<string, unknown>>): Promise<Ingested> => {
  const { body: created } = await stack.api.call<{ id: string }>('POST', '/v1/sources', { ...source, runNow: false })
  const started = Date.now()
  const { body } = await stack.api.call<{ runId: string }>('POST', `/v1/sources/${created.id}/run`, {})
  const run = await until('the run to end', async () => {
    const { rows } = await stack.database.pool.query<Row>(
      `SELECT outcome, inserted, finished_at, error_reason, error_message FROM runs WHERE id = $1 AND status = 'ended'`,
      [body.runId],
    )
    return rows[0] ?? null
  })
  if (run.outcome !== 'ok') throw new Error(`the run ended with ${run.outcome}: ${run.error_reason} ${run.error_message}`)
  return { runId: body.runId, seconds: (run.finished_at.getTime() - started) / 1000, inserted: Number(run.inserted) }
}

interface Row {
  readonly outcome: string
  readonly inserted: string
  readonly finished_at: Date
  readonly error_reason: string | null
  readonly error_message: string | null
}
