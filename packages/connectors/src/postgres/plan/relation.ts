import type { Notice, Relation } from '../../sql/dialect.js'
import type { SqlSession } from '../../sql/session/session.js'
import type { PostgresConfig } from '../config.js'
import { cursorKindOf, quoteName, textArray } from './syntax.js'

type Session = Pick<SqlSession<number>, 'query'>

/** Partitions are read through their parent; relations of an extension are not the user's data. */
const DISCOVERABLE = `n.nspname = ANY ($1::pg_catalog.text[]) AND c.relkind = ANY ($2::pg_catalog."char"[]) AND NOT c.relispartition
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')`

const NAMED = `n.nspname || '.' || c.relname = ANY ($1::pg_catalog.text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`

/** Tables that others may inherit from are read with ONLY; partitions have no rows beyond those of their parent. */
const relationsSql = (
  condition: string,
): string => `SELECT n.nspname, c.relname, pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT'),
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

/** Lists the tables, and views if configured, of the configured schemas. */
export const listRelations = async (session: Session, { schemas, includeViews }: PostgresConfig): Promise<readonly Relation[]> => {
  const kinds = includeViews ? ['r', 'p', 'v', 'm'] : ['r', 'p']
  return (await session.query(relationsSql(DISCOVERABLE), [textArray(schemas), textArray(kinds)])).map(toRelation)
}

/** Finds the relations of these names that exist, including foreign tables and partitions. */
export const findRelations = async (session: Session, names: readonly string[]): Promise<readonly Relation[]> =>
  names.length === 0 ? [] : (await session.query(relationsSql(NAMED), [textArray(names)])).map(toRelation)

const toRelation = ([schema, table, readable, columns, key, ownRows, heirs]: readonly (string | null)[]): Relation => {
  const qualified = `${quoteName(schema ?? '')}.${quoteName(table ?? '')}`
  return {
    name: `${schema}.${table}`,
    table: table ?? '',
    // The primary key covers only the table's own rows: those of inheriting tables could share its keys, and would be read twice.
    from: `${ownRows === 't' ? 'ONLY ' : ''}${qualified} AS t`,
    readable: readable === 't',
    columns: (JSON.parse(columns ?? '[]') as [string, number | string, boolean][]).map(([name, type, isReadable]) => ({
      name,
      cursor: cursorKindOf(Number(type)) !== null,
      readable: isReadable,
    })),
    key: key == null ? null : (JSON.parse(key) as string[]),
    notices: heirs == null ? [] : [heirsNotice(JSON.parse(heirs) as string[])],
  }
}

const heirsNotice = (tables: readonly string[]): Notice => ({
  fields: { tables },
  message: 'the rows of inheriting tables are not read with the table; they are streams of their own',
})
