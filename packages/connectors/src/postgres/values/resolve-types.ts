import type { Convert } from '../../sql/plan/stream-plan.js'
import type { SqlSession } from '../../sql/session/session.js'
import { parseArray } from './array-text.js'
import { SCALAR_CONVERTERS } from './converters.js'

interface TypeRow {
  readonly element: number
  readonly base: number
  readonly delimiter: string
}

const TYPES_SQL = `SELECT t.oid, CASE WHEN t.typcategory = 'A' AND t.typname NOT IN ('int2vector', 'oidvector') THEN t.typelem ELSE 0 END, t.typbasetype,
  (SELECT e.typdelim FROM pg_catalog.pg_type e WHERE e.oid = t.typelem)
FROM pg_catalog.pg_type t WHERE t.oid = ANY ($1::pg_catalog.oid[])`

/** Returns the converters of these types; asks the server about those that are not built in: arrays, domains, enums, ranges. */
export const resolveConverters = async (
  session: Pick<SqlSession<number>, 'query'>,
  oids: readonly number[],
): Promise<ReadonlyMap<number, Convert>> => {
  const types = new Map<number, TypeRow>()
  let unknown = [...new Set(oids)].filter((oid) => !SCALAR_CONVERTERS.has(oid))
  while (unknown.length > 0) {
    const rows = await session.query(TYPES_SQL, [`{${unknown.join(',')}}`])
    for (const [oid, element, base, elementDelimiter] of rows)
      types.set(Number(oid), { element: Number(element), base: Number(base), delimiter: elementDelimiter ?? ',' })
    const next = rows.flatMap(([, element, base]) => [Number(element), Number(base)])
    unknown = [...new Set(next)].filter((oid) => oid !== 0 && !types.has(oid) && !SCALAR_CONVERTERS.has(oid))
  }
  return new Map(oids.map((oid) => [oid, converterOf(oid, types)]))
}

const converterOf = (oid: number, types: ReadonlyMap<number, TypeRow>): Convert => {
  const type = types.get(oid)
  if (type === undefined) return SCALAR_CONVERTERS.get(oid) ?? null
  if (type.base !== 0) return converterOf(type.base, types)
  if (type.element === 0) return null
  const element = converterOf(type.element, types)
  return (text) => parseArray(text, element, type.delimiter)
}
