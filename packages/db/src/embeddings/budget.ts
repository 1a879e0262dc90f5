import type { Database } from '../database.js'

const TODAY = `(now() AT TIME ZONE 'UTC')::date`
const USED = `CASE WHEN tokens_day = ${TODAY} THEN tokens_today ELSE 0 END`

/** Reserves tokens from a generation's daily budget; false when not enough are left. The remainder is not given out for less. */
export const reserveTokens = async ({ pool }: Pick<Database, 'pool'>, space: number, tokens: number): Promise<boolean> => {
  const { rowCount } = await pool.query(
    `UPDATE search_generations SET tokens_day = ${TODAY}, tokens_today = ${USED} + $2, tokens_total = tokens_total + $2
     WHERE space = $1 AND deleting_at IS NULL AND (tokens_per_day IS NULL OR ${USED} + $2 <= tokens_per_day)`,
    [space, Math.ceil(tokens)],
  )
  return rowCount === 1
}

/** Corrects the tokens reserved by the difference to what the response reports, which may be negative. */
export const countTokens = async ({ pool }: Pick<Database, 'pool'>, space: number, tokens: number): Promise<void> => {
  if (Math.ceil(tokens) === 0) return
  await pool.query(
    `UPDATE search_generations SET tokens_day = ${TODAY}, tokens_today = greatest(0, ${USED} + $2), tokens_total = greatest(0, tokens_total + $2)
     WHERE space = $1`,
    [space, Math.ceil(tokens)],
  )
}

/** Pauses calls to the endpoint of a generation because of a problem; a longer pause already in effect stays. */
export const pauseGeneration = async (
  { pool }: Pick<Database, 'pool'>,
  { space, ms, problem }: { readonly space: number; readonly ms: number; readonly problem: string },
): Promise<void> => {
  await pool.query(
    `UPDATE search_generations SET failures = failures + 1, problem = left($3, 1000),
       paused_until = greatest(paused_until, clock_timestamp() + make_interval(secs => $2::float8 / 1000)) WHERE space = $1`,
    [space, ms, problem.replaceAll('\u0000', '')],
  )
}

/** Records that the endpoint of a generation works. */
export const resumeGeneration = async ({ prisma }: Pick<Database, 'prisma'>, space: number): Promise<void> => {
  const paused = { space, OR: [{ failures: { gt: 0 } }, { problem: { not: null } }] }
  await prisma.searchGeneration.updateMany({ where: paused, data: { failures: 0, problem: null, pausedUntil: null } })
}
