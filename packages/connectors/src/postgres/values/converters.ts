import { JsonNumber, type JsonValue } from '@inlet/connector-sdk'
import type { Convert } from '../../sql/plan/stream-plan.js'
import { parseExactJson } from './exact-json.js'
import { OID } from './oids.js'

/** NaN and the infinities have no JSON form and stay text. */
const toNumber = (text: string): JsonValue => {
  const value = Number(text)
  return Number.isFinite(value) ? value : text
}

const toExactNumber = (text: string): JsonValue => {
  const first = text.charCodeAt(text.charCodeAt(0) === 45 ? 1 : 0)
  return first >= 48 && first <= 57 ? new JsonNumber(text) : text
}

/** Turns `2024-05-01 10:00:00.123456` into ISO 8601; years before 1 and after 9999 and the infinities stay as Postgres writes them. */
const toLocalTime = (text: string): JsonValue => (isPlain(text) ? `${text.slice(0, 10)}T${text.slice(11)}` : text)

/** The session runs in UTC, so the offset is always +00. */
const toInstant = (text: string): JsonValue => (isPlain(text) && text.endsWith('+00') ? `${text.slice(0, 10)}T${text.slice(11, -3)}Z` : text)

const isPlain = (text: string): boolean => text.charCodeAt(10) === 32 && text.charCodeAt(4) === 45 && !text.endsWith('C')

/** `\x…` becomes `{ base64 }`, so that it cannot be mistaken for text. */
const toBytes = (text: string): JsonValue => ({ base64: Buffer.from(text.slice(2), 'hex').toString('base64') })

/** The converters of built-in scalar types; every other type stays text. */
export const SCALAR_CONVERTERS: ReadonlyMap<number, Convert> = new Map<number, Convert>([
  [OID.bool, (text) => text === 't'],
  [OID.int2, Number],
  [OID.int4, Number],
  [OID.oid, Number],
  [OID.int8, BigInt],
  [OID.float4, toNumber],
  [OID.float8, toNumber],
  [OID.numeric, toExactNumber],
  [OID.timestamp, toLocalTime],
  [OID.timestamptz, toInstant],
  [OID.bytea, toBytes],
  [OID.json, parseExactJson],
  [OID.jsonb, parseExactJson],
  ...[OID.text, OID.varchar, OID.bpchar, OID.name, OID.char, OID.uuid, OID.date, OID.time, OID.timetz, OID.interval].map((oid): [number, Convert] => [
    oid,
    null,
  ]),
])
