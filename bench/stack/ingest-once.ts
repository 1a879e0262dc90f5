import type { Stack } from './stack.js'
import { until } from './until.js'

export interface Ingested {
  readonly sourceId: string
  readonly runId: string
  /** From before POST …/run until the run has ended: everything stored and committed. */
  readonly seconds: number
  readonly inserted: number
  readonly updated: number
}

/** Registers a source, runs it once and waits for its end; throws unless the outcome is `ok`. */
export const ingestOnce = async (stack: Stack, source: Readonly<Record<string, unknown>>): Promise<Ingested> => {
  const { body } = await stack.api.call<{ id: string }>('POST', '/v1/sources', { ...source, runNow: false })
  return runOnce(stack, body.id)
}

/** Runs a registered source once and waits for its end; throws unless the outcome is `ok` or `ok_no_change`. */
export const runOnce = async (stack: Stack, sourceId: string): Promise<Ingested> => {
  const started = Date.now()
  const { body } = await stack.api.call<{ runId: string }>('POST', `/v1/sources/${sourceId}/run`, {})
  const run = await until('the run to end', async () => {
    const { rows } = await stack.database.pool.query<Row>(
      `SELECT outcome, inserted, updated, finished_at, error_reason, error_message FROM runs WHERE id = $1 AND status = 'ended'`,
      [body.runId],
    )
    return rows[0] ?? null
  })
  if (!run.outcome.startsWith('ok')) throw new Error(`the run ended with ${run.outcome}: ${run.error_reason} ${run.error_message}`)
  return {
    sourceId,
    runId: body.runId,
    seconds: (run.finished_at.getTime() - started) / 1000,
    inserted: Number(run.inserted),
    updated: Number(run.updated),
  }
}

interface Row {
  readonly outcome: string
  readonly inserted: string
  readonly updated: string
  readonly finished_at: Date
  readonly error_reason: string | null
  readonly error_message: string | null
}
