import { canonicalJson, sha256Hex } from '@inlet/domain'
import type pg from 'pg'

/** Who acts: `key:<id>` for an API key, `token:<subject> via <client>` for a token of the issuer, `system` for Inlet itself. */
export type Actor = string

export interface AuditRow {
  readonly actor: Actor
  readonly action: string
  readonly targetType: string
  readonly targetId: string
  /** The name of a target that the change removes: nothing else records it afterwards. */
  readonly targetName?: string
  /** State before and after the change; only hashes are kept. */
  readonly before?: unknown
  readonly after?: unknown
}

/** Records who changed what, in the transaction of the change. */
export const writeAudit = async (client: Pick<pg.ClientBase, 'query'>, row: AuditRow): Promise<void> => {
  // SQL: other statements write their audit row themselves, with the same text.
  await client.query(INSERT_AUDIT, [...auditColumns(row)])
}

/** The statement that writes an audit row; its first parameters are {@link auditColumns}. */
export const INSERT_AUDIT =
  'INSERT INTO audit (actor, action, target_type, target_id, before_hash, after_hash, target_name) VALUES ($1, $2, $3, $4, $5, $6, $7)'

/** Parameters for {@link INSERT_AUDIT}. */
export const auditColumns = (row: AuditRow): readonly (string | null)[] => [
  row.actor,
  row.action,
  row.targetType,
  row.targetId,
  stateHash(row.before),
  stateHash(row.after),
  row.targetName ?? null,
]

const stateHash = (state: unknown): string | null => (state === undefined ? null : sha256Hex(canonicalJson(state)))
