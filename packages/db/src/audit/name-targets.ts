import type { Database } from '../database.js'
import type { AuditRow } from './write-audit.js'

type Target = Pick<AuditRow, 'targetType' | 'targetId'>

// SQL: each kind has its own table. A target that is gone has the name that its audit entry recorded.
const NAMES = `
SELECT t.type AS "targetType", t.id AS "targetId", coalesce(
  CASE t.type
    WHEN 'source' THEN (SELECT slug FROM sources WHERE id = t.uuid AND deleting_at IS NULL)
    WHEN 'run' THEN (SELECT s.slug FROM runs r JOIN sources s ON s.id = r.source_id WHERE r.id = t.uuid AND s.deleting_at IS NULL)
    WHEN 'quarantined' THEN (SELECT s.slug FROM quarantine q JOIN sources s ON s.id = q.source_id WHERE q.id = t.number AND s.deleting_at IS NULL)
    WHEN 'credential' THEN (SELECT name FROM credentials WHERE id = t.uuid)
    WHEN 'key' THEN (SELECT name FROM api_keys WHERE id = t.id)
    WHEN 'session' THEN (SELECT name FROM api_keys WHERE id = t.id)
    WHEN 'sink' THEN (SELECT name FROM sinks WHERE id = t.uuid)
    WHEN 'notification' THEN (SELECT name FROM notification_targets WHERE id = t.uuid)
    WHEN 'upload' THEN (SELECT name FROM uploads WHERE id = t.uuid)
    WHEN 'generation' THEN (SELECT model FROM search_generations WHERE id = t.uuid)
  END,
  (SELECT a.target_name FROM audit a WHERE a.target_type = t.type AND a.target_id = t.id AND a.target_name IS NOT NULL ORDER BY a.id DESC LIMIT 1)
) AS name
FROM (SELECT type, id, CASE WHEN id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN id::uuid END AS uuid,
  CASE WHEN id ~ '^[0-9]{1,18}$' THEN id::bigint END AS number FROM unnest($1::text[], $2::text[]) AS u(type, id)) t`

/**
 * Returns a lookup of a target's readable name: the slug of a source (for a run or a quarantined record, that of its source), the name of most
 * others. Null if unknown.
 */
export const nameTargets = async ({ pool }: Pick<Database, 'pool'>, targets: readonly Target[]): Promise<(target: Target) => string | null> => {
  const keyOf = ({ targetType, targetId }: Target): string => `${targetType} ${targetId}`
  const each = [...new Map(targets.map((target) => [keyOf(target), target])).values()]
  const { rows } = await pool.query<Target & { readonly name: string | null }>(NAMES, [
    each.map(({ targetType }) => targetType),
    each.map(({ targetId }) => targetId),
  ])
  const names = new Map(rows.map((row) => [keyOf(row), row.name]))
  return (target) => names.get(keyOf(target)) ?? null
}
