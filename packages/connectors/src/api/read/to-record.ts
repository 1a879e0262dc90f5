import { canonicalJson, isUrl, JsonNumber, type RecordKey, readPath, type SourceRecord } from '@inlet/connector-sdk'
import type { StreamConfig } from '../config.js'
import { createScale } from '../cursor/scale.js'
import { toKey } from './to-key.js'

/** A record and its size in characters of JSON. */
export interface SizedRecord {
  readonly record: SourceRecord
  readonly size: number
}

/** Converts an item to a record. Throws the failure to quarantine it with; see {@link toKey}. */
export const toRecord = (item: unknown, stream: StreamConfig, parentKey: RecordKey | null, baseUrl: string): SizedRecord => {
  const data = toData(item)
  const key = toKey(data, stream.keyFields, parentKey)
  const scope = parentKey === null ? {} : { scope: canonicalJson(parentKey) }
  if (stream.deletes === 'events' && isDeleted(data, stream.deletedField)) {
    return { record: { stream: stream.name, key, kind: stream.kind, op: 'delete', data: {} }, size: 100 }
  }
  const record = { stream: stream.name, key, kind: stream.kind, data: { ...data }, ...scope, ...toDetails(data, stream, baseUrl) }
  return { record, size: canonicalJson(data).length + (record.text?.length ?? 0) }
}

/** Wraps an item that is not an object into one with the single field `value`. */
export const toData = (item: unknown): object => (isObject(item) ? item : { value: item })

const isDeleted = (data: object, path: string | undefined): boolean => {
  const mark = path === undefined ? undefined : readPath(data, path)
  return mark !== undefined && mark !== null && mark !== false && mark !== '' && mark !== 0
}

type Details = Pick<SourceRecord, 'title' | 'text' | 'url' | 'occurredAt'>
const toDetails = (data: object, stream: StreamConfig, baseUrl: string): Details => {
  const text = stream.textFields.map((path) => toText(readPath(data, path))).filter((part) => part !== '')
  const title = stream.titleField === undefined ? '' : toText(readPath(data, stream.titleField))
  const link = stream.urlField === undefined ? '' : toText(readPath(data, stream.urlField))
  const occurredAt = stream.occurredAtField === undefined ? undefined : toTime(readPath(data, stream.occurredAtField))
  return {
    ...(title !== '' && { title }),
    ...(text.length > 0 && { text: text.join('\n\n') }),
    ...(link !== '' && isUrl(link, baseUrl) && { url: new URL(link, baseUrl).href }),
    ...(occurredAt !== undefined && { occurredAt }),
  }
}

const toText = (value: unknown): string => {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof JsonNumber ? String(value) : ''
}

/** Numbers are seconds since 1970 up to the year 5138, milliseconds beyond; times without a zone are UTC. */
const toTime = (value: unknown): Date | undefined => {
  if (typeof value === 'number') return toDate(Math.abs(value) < 1e11 ? value * 1000 : value)
  if (typeof value !== 'string') return undefined
  const place = ISO.parse(value)
  if (place !== null) return toDate(Number(place))
  return /(GMT|UTC|Z|[+-]\d{4})$/.test(value) ? toDate(Date.parse(value)) : undefined
}
const ISO = createScale('iso')

const toDate = (ms: number): Date | undefined => {
  const at = new Date(ms)
  return Number.isNaN(at.getTime()) ? undefined : at
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)
