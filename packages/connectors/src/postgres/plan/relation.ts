import type { Session } from '../session/session.js'
import { textArray } from '../sql/text-array.js'

export interface RelationColumn {
  readonly name: string
  /** Type number; of the base type for a domain. */
  readonly type: number
  readonly readable: boolean
}

/** A table or view as the catalogue describes it. */
export interface Relation {
  /** `schema.table`, the name of its stream. */
  readonly name: string
  readonly schema: string
  readonly table: string
  readonly view: boolean
  /** Whether it may have inheriting tables, whose rows belong to them: they have keys of their own. Partitions have no rows of their own. */
  readonly only: boolean
  /** Tables that inherit from it. */
  readonly heirs: readonly string[]
  readonly columns: readonly RelationColumn[]
  /** The primary key, else the smallest unique key without NULLs; null when there is none. */
  readonly key: readonly string[] | null
}

/** Partitions are read through their parent; what belongs to an extension is not the user's data. */
const DISCOVERABLE = `n.nspname = ANY ($1::pg_catalog.text[]) AND c.relkind = ANY ($2::pg_catalog."char"[]) AND NOT c.relispartition
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')`

const NAMED = `n.nspname || '.' || c.relname = ANY ($1::pg_catalog.text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`

const relationsSql = (condition: string): string => `SELECT n.nspname, c.relname, c.relkind IN ('v', 'm'),
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, CASE WHEN t.typbasetype = 0 THEN t.oid ELSE t.typbasetype END,
      pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  (SELECT pg_catalog.json_agg(a.attname ORDER BY k.place)
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
    CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS k(attnum, place)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
    WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND k.place <= i.indnkeyatts
    GROUP BY i.indexrelid, i.indisprimary, x.relname HAVING pg_catalog.bool_and(a.attnotnull)
    ORDER BY i.indisprimary DESC, pg_catalog.count(*), x.relname LIMIT 1),
  c.relkind IN ('r', 'f'),
  (SELECT pg_catalog.json_agg(hn.nspname || '.' || hc.relname ORDER BY hn.nspname, hc.relname)
    FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class hc ON hc.oid = h.inhrelid JOIN pg_catalog.pg_namespace hn ON hn.oid = hc.relnamespace
    WHERE h.inhparent = c.oid AND c.relkind <> 'p')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE ${condition} ORDER BY 1, 2`

/** Tables, and views if wanted, of these schemas. */
export const listRelations = async (session: Session, schemas: readonly string[], views: boolean): Promise<readonly Relation[]> => {
  const kinds = views ? ['r', 'p', 'v', 'm'] : ['r', 'p']
  return (await session.query(relationsSql(DISCOVERABLE), [textArray(schemas), textArray(kinds)])).map(toRelation)
}

/** The relations of these names that exist, foreign tables and partitions included. */
export const findRelations = async (session: Session, names: readonly string[]): Promise<readonly Relation[]> =>
  names.length === 0 ? [] : (await session.query(relationsSql(NAMED), [textArray(names)])).map(toRelation)

const toRelation = ([schema, table, view, columns, key, only, heirs]: readonly (string | null)[]): Relation => ({
  name: `${schema}.${table}`,
  schema: schema ?? '',
  table: table ?? '',
  view: view === 't',
  only: only === 't',
  heirs: JSON.parse(heirs ?? '[]') as string[],
  columns: (JSON.parse(columns ?? '[]') as [string, number | string, boolean][]).map(([name, type, readable]) => ({
    name,
    type: Number(type),
    readable,
  })),
  key: key == null ? null : (JSON.parse(key) as string[]),
})
