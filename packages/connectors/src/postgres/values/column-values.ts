import type { ValuePlan } from '../../sql/dialect.js'
import { OID } from './oids.js'

type ToKey = (text: string) => string | number | bigint

/** Equal numbers may have texts of different scales: 1, 1.0 and 1.00 are one value to a unique index. */
const unscaled: ToKey = (text) => (/^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text)
/** 0 and -0 are one value. */
const unsigned: ToKey = (text) => (text === '-0' ? '0' : text)
/** Trailing spaces are not part of a value of type character. */
const unpadded: ToKey = (text) => text.replace(/ +$/, '')

/**
 * Keys are equal where the database considers them equal. Any other type is keyed by its text, which is the same on every server under
 * the session's settings.
 */
const KEY_VALUES: ReadonlyMap<number, ToKey> = new Map<number, ToKey>([
  [OID.numeric, unscaled],
  [OID.float4, unsigned],
  [OID.float8, unsigned],
  [OID.bpchar, unpadded],
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

/** Returns how a column of this type serves as a key and as the mark of deleted rows. */
export const roleValuesOf = (oid: number): Pick<ValuePlan, 'toKey' | 'live'> => ({
  toKey: KEY_VALUES.get(oid) ?? null,
  live: LIVE_VALUES.get(oid) ?? null,
})
