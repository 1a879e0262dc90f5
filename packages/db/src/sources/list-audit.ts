import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'

export interface AuditView {
  readonly id: string
  readonly actor: string
  readonly action: string
  readonly targetType: string
  readonly targetId: string
  readonly beforeHash: string | null
  readonly afterHash: string | null
  readonly at: Date
}

export interface AuditListRequest {
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly targetType?: string | undefined
  readonly targetId?: string | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  readonly beforeId: string | null
  readonly limit: number
}

/** Who changed what, newest first. */
export const listAudit = async (database: Pick<Database, 'pool'>, request: AuditListRequest): Promise<readonly AuditView[]> => {
  const { values, add } = createSqlParts()
  const where = allOf([
    'true',
    request.actor === undefined ? null : `actor = ${add(request.actor)}`,
    request.action === undefined ? null : `action = ${add(request.action)}`,
    request.targetType === undefined ? null : `target_type = ${add(request.targetType)}`,
    request.targetId === undefined ? null : `target_id = ${add(request.targetId)}`,
    request.from === undefined ? null : `at >= ${add(request.from)}`,
    request.to === undefined ? null : `at < ${add(request.to)}`,
    request.beforeId === null ? null : `id < ${add(request.beforeId)}`,
  ])
  const { rows } = await database.pool.query<AuditView>(
    `SELECT id, actor, action, target_type AS "targetType", target_id AS "targetId", before_hash AS "beforeHash", after_hash AS "afterHash", at
     FROM audit WHERE ${where} ORDER BY id DESC LIMIT ${add(request.limit)}`,
    values,
  )
  return rows
}
