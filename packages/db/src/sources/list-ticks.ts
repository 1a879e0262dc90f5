import type { Database } from '../database.js'
import type { TickOutcome } from '../ticks/account-ticks.js'

export interface TickRow {
  readonly scheduledFor: Date
  readonly outcome: TickOutcome
  readonly reason: string | null
  readonly runId: string | null
  readonly count: number
  readonly recordedAt: Date
}

/** Lists due moments of a source's schedule, latest first. */
export const listTicks = async (
  { prisma }: Database,
  request: { readonly sourceId: string; readonly outcome?: TickOutcome | undefined; readonly before: Date | null; readonly limit: number },
): Promise<readonly TickRow[]> => {
  const { sourceId, outcome, before, limit } = request
  const rows = await prisma.tick.findMany({
    where: { sourceId, ...(outcome !== undefined && { outcome }), ...(before !== null && { scheduledFor: { lt: before } }) },
    orderBy: { scheduledFor: 'desc' },
    take: limit,
    omit: { sourceId: true },
  })
  // Prisma sees only text here; a constraint of the table limits it to these outcomes.
  return rows as readonly TickRow[]
}
