import { JsonNumber, type JsonValue, parseJsonLossless } from '@inlet/connector-sdk'
import type { ValuePlan } from '../../sql/dialect.js'
import type { Convert } from '../../sql/plan/stream-plan.js'
import type { ColumnType } from './column-type.js'

/** Bits that a JavaScript number holds. */
const SAFE_BITS = 53

/** Called with a text such as `0000-00-00`; returns what is stored instead, or throws. */
export type OnZeroDate = (text: string) => JsonValue

/** Returns how values of a type become JSON without loss. */
export const convertOf = ({ kind, length }: ColumnType, onZeroDate: OnZeroDate): Convert => {
  switch (kind) {
    case 'integer':
    case 'double':
      return Number
    case 'bigint':
      return BigInt
    case 'bit':
      return length <= SAFE_BITS ? Number : BigInt
    case 'float':
      return toShortestFloat
    case 'decimal':
      return (text) => new JsonNumber(withoutPadding(text))
    case 'json':
      return (text) => parseJsonLossless(text) as JsonValue
    case 'binary':
      return (text) => ({ base64: Buffer.from(text, 'hex').toString('base64') })
    case 'set':
      return (text) => (text === '' ? [] : text.split(','))
    case 'date':
      return (text) => (isZeroDate(text) ? onZeroDate(text) : text)
    case 'datetime':
      return (text) => (isZeroDate(text) ? onZeroDate(text) : toIso(text))
    case 'timestamp':
      return (text) => (isZeroDate(text) ? onZeroDate(text) : `${toIso(text)}Z`)
    default:
      return null
  }
}

/** Returns how a column of this type serves as a key and as the mark of deleted rows. */
export const roleValuesOf = ({ kind, decimals, length }: ColumnType): Pick<ValuePlan, 'toKey' | 'live'> => {
  const fraction = decimals === 0 ? '' : `.${'0'.repeat(decimals)}`
  switch (kind) {
    case 'integer':
      return { toKey: Number, live: '0' }
    case 'bit':
      return { toKey: length <= SAFE_BITS ? Number : BigInt, live: '0' }
    case 'bigint':
      return { toKey: BigInt, live: '0' }
    case 'float':
    case 'double':
      // 0 and -0 are one value to a unique index.
      return { toKey: (text) => (text === '-0' ? '0' : text), live: '0' }
    case 'decimal':
      return { toKey: null, live: `0${fraction}` }
    case 'date':
      return { toKey: null, live: '0000-00-00' }
    case 'datetime':
    case 'timestamp':
      return { toKey: null, live: `0000-00-00 00:00:00${fraction}` }
    default:
      return { toKey: null, live: null }
  }
}

/** A year of 0000, or a month or day of 00 (MySQL manual 13.2): not a date in any calendar. */
export const isZeroDate = (text: string): boolean => text.startsWith('0000') || text.slice(5, 7) === '00' || text.slice(8, 10) === '00'

const toIso = (text: string): string => `${text.slice(0, 10)}T${text.slice(11)}`

/** ZEROFILL pads with zeros, which JSON does not allow. */
const withoutPadding = (text: string): string => text.replace(/^(-?)0+(?=\d)/, '$1')

/** Returns the fewest digits that yield the same single-precision number; the server itself prints six, which loses some. */
const toShortestFloat = (text: string): number => {
  const exact = Number(text)
  for (let digits = 6; digits <= 8; digits++) {
    const short = Number(exact.toPrecision(digits))
    if (Math.fround(short) === Math.fround(exact)) return short
  }
  return Number(exact.toPrecision(9))
}
