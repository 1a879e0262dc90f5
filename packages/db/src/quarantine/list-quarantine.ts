import type { QuarantineState } from '@inlet/domain'
import type { Database } from '../database.js'
import type { QuarantineRow } from './quarantine-row.js'

export interface QuarantineListRequest {
  readonly sourceId: string
  readonly runId?: string | undefined
  readonly stream?: string | undefined
  readonly reason?: string | undefined
  readonly state?: QuarantineState | undefined
  readonly beforeId: string | null
  readonly limit: number
}

/** Lists records of a source that could not be stored, newest first. */
export const listQuarantine = async ({ prisma }: Database, request: QuarantineListRequest): Promise<readonly QuarantineRow[]> => {
  const { sourceId, runId, stream, reason, state, beforeId, limit } = request
  const rows = await prisma.quarantine.findMany({
    where: {
      sourceId,
      ...(runId !== undefined && { runId }),
      ...(stream !== undefined && { stream }),
      ...(reason !== undefined && { reason }),
      ...(state !== undefined && { state }),
      ...(beforeId !== null && { id: { lt: BigInt(beforeId) } }),
    },
    orderBy: { id: 'desc' },
    take: limit,
    omit: { ...UNSHOWN, record: true, edited: true },
  })
  // Complete records are large and not shown here.
  const whole = await prisma.quarantine.findMany({
    where: { id: { in: rows.map(({ id }) => id) }, OR: [{ record: { not: null } }, { edited: { not: null } }] },
    select: { id: true },
  })
  const withRecord = new Set(whole.map(({ id }) => id))
  return rows.map((row) => toRow(row, withRecord.has(row.id)))
}

const UNSHOWN = { keyHash: true, epoch: true, seq: true, scope: true, fingerprint: true } as const

// Safe: states, outcomes and resolutions are those of the domain.
const toRow = <Row extends { readonly id: bigint }>(row: Row, hasRecord: boolean) =>
  ({ ...row, id: String(row.id), hasRecord }) as unknown as Omit<Row, 'id'> & QuarantineRow

/** Adds the JSON texts of the complete records. */
export interface QuarantineDetails extends QuarantineRow {
  readonly record: string | null
  readonly edited: string | null
}

/** Returns a quarantined record; null when unknown, or when its source is being deleted. */
export const findQuarantined = async ({ prisma }: Pick<Database, 'prisma'>, id: string): Promise<QuarantineDetails | null> => {
  const row = await prisma.quarantine.findUnique({ where: { id: BigInt(id) }, omit: UNSHOWN })
  if (row === null || (await prisma.source.count({ where: { id: row.sourceId, deletingAt: null } })) === 0) return null
  return toRow(row, row.record !== null || row.edited !== null)
}
