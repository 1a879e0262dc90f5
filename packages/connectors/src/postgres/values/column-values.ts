import type { ColumnPlan } from '../../sql/plan/stream-plan.js'
import { OID } from './oids.js'

/** Everything else is keyed by its text, which is the same on every server with the session's settings. */
const KEY_NUMBERS: ReadonlyMap<number, (text: string) => number | bigint> = new Map<number, (text: string) => number | bigint>([
  [OID.int2, Number],
  [OID.int4, Number],
  [OID.oid, Number],
  [OID.int8, BigInt],
])

const LIVE_VALUES: ReadonlyMap<number, string> = new Map([
  [OID.bool, 'f'],
  [OID.int2, '0'],
  [OID.int4, '0'],
  [OID.int8, '0'],
])

/** How a column of this type serves as a key and as the mark of deleted rows. */
export const roleValuesOf = (oid: number): Pick<ColumnPlan, 'toKey' | 'live'> => ({
  toKey: KEY_NUMBERS.get(oid) ?? null,
  live: LIVE_VALUES.get(oid) ?? null,
})
