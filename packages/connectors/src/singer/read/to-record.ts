import { createHash } from 'node:crypto'
import { canonicalJson, hasUnstorableText, JsonNumber, type JsonObject, type RecordKey, type SourceRecord } from '@inlet/connector-sdk'

/** What the tap has said about a stream so far. */
export interface RecordShape {
  readonly stream: string
  /** Empty: the records have no key, and their content takes its place. */
  readonly keyFields: readonly string[]
  readonly replicationKey: string | null
}

/** The mark that log-based taps put on a deleted row. */
const DELETED = '_sdc_deleted_at'

/** Turns a RECORD message into a record, or returns null when a key field has no usable value. Pure. */
export const toRecord = (data: JsonObject, shape: RecordShape): SourceRecord | null => {
  const key = shape.keyFields.length === 0 ? contentKey(data) : toKey(data, shape.keyFields)
  if (key === null || hasUnstorableText(canonicalJson(key))) return null
  const deleted = data[DELETED]
  const occurredAt = shape.replicationKey === null ? undefined : toTime(data[shape.replicationKey])
  return {
    stream: shape.stream,
    key,
    kind: 'row',
    data,
    ...(deleted !== undefined && deleted !== null && { op: 'delete' as const }),
    ...(occurredAt !== undefined && { occurredAt }),
  }
}

const toKey = (data: JsonObject, fields: readonly string[]): RecordKey | null => {
  const parts = fields.map((field) => {
    const value = data[field]
    if (value instanceof JsonNumber) return value.text
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? value : null
  })
  const [only = null] = parts
  if (parts.length > 1) return parts.some((part) => part !== null && part !== '') ? parts : null
  if (only === null || only === '') return null
  return typeof only === 'boolean' ? String(only) : only
}

const contentKey = (data: JsonObject): string => createHash('sha256').update(canonicalJson(data)).digest('hex')

/** Only full timestamps: a bare number or day may be something else. Times without a zone are UTC, as Singer recommends. */
const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/
const toTime = (value: unknown): Date | undefined => {
  const zone = typeof value === 'string' ? TIME.exec(value) : null
  if (zone === null) return undefined
  const at = new Date(zone[3] === undefined ? `${zone[0]}Z` : zone[0])
  return Number.isNaN(at.getTime()) ? undefined : at
}
