import { JsonNumber, type JsonObject, type JsonValue, type RecordKey, type RejectedRecord, type SourceRecord } from '@inlet/connector-sdk'
import type { RowEvent } from '../formats/row-event.js'
import type { ReadingConfig } from '../settings.js'

export const ROWS = 'rows'

type KeyPart = string | number | bigint | boolean

export type RowOutcome = { readonly record: SourceRecord; readonly size: number } | { readonly rejected: RejectedRecord }

/**
 * Turns a row into a record, keyed within its file by the key fields or by `place`: its number, or its offset in a growing file. `scope`: the file,
 * or the archive that contains it.
 */
export const toRowRecord = (
  file: string,
  row: RowEvent,
  { config, place, scope = file }: { config: ReadingConfig; place: readonly (string | number)[]; scope?: string },
): RowOutcome => {
  const { data, failure } = row
  if (data === undefined || failure !== undefined) {
    const { reason, message, raw } = failure ?? { reason: 'RECORD_INVALID', message: 'is empty' }
    return {
      rejected: { stream: ROWS, key: [file, ...place], scope, reason, message: `${file}: ${message}`, ...(raw === undefined ? {} : { raw }) },
    }
  }
  const key = keyOf(data, config.keyFields)
  if (typeof key === 'string')
    return reject(file, row, { place, scope, reason: 'RECORD_KEY_MISSING', message: `has no value in the key field ${key}` })
  if (key.some((part) => typeof part === 'string' && UNSTORABLE.test(part)))
    return reject(file, row, { place, scope, reason: 'TEXT_NOT_STORABLE', message: 'has a key with NUL or half a surrogate pair' })
  const shown = presentation(data, config)
  return {
    record: { stream: ROWS, key: [file, ...(key.length > 0 ? key : place)] as RecordKey, kind: config.kind, ...shown, data, scope },
    size: row.size + (shown.text?.length ?? 0) + (shown.title?.length ?? 0),
  }
}

const UNSTORABLE = /\0|\p{Surrogate}/u

const reject = (
  file: string,
  row: RowEvent,
  { place, scope, reason, message }: { place: readonly (string | number)[]; scope: string; reason: string; message: string },
): RowOutcome => ({
  rejected: { stream: ROWS, key: [file, ...place], scope, reason, message: `${file}: row ${row.number} ${message}` },
})

/** Returns the values of the key fields, or the name of the first that has none. */
const keyOf = (data: JsonObject, fields: readonly string[]): readonly KeyPart[] | string => {
  const parts: KeyPart[] = []
  for (const field of fields) {
    const value = fieldOf(data, field)
    const part = value instanceof JsonNumber ? value.text : value
    if (part === '' || (typeof part !== 'string' && typeof part !== 'number' && typeof part !== 'bigint' && typeof part !== 'boolean')) return field
    parts.push(part)
  }
  return parts
}

const fieldOf = (data: JsonObject, field: string): JsonValue | undefined => (Object.hasOwn(data, field) ? data[field] : undefined)

const presentation = (data: JsonObject, { fields }: ReadingConfig): Pick<SourceRecord, 'title' | 'text' | 'url' | 'occurredAt'> => {
  const { title, text, url, occurredAt } = fields
  if (title === undefined && text === undefined && url === undefined && occurredAt === undefined) return NOTHING
  const shown = {
    title: title === undefined ? undefined : textOf(fieldOf(data, title)),
    text: text === undefined ? undefined : joined(data, typeof text === 'string' ? [text] : text),
    url: url === undefined ? undefined : textOf(fieldOf(data, url)),
    occurredAt: occurredAt === undefined ? undefined : timeOf(fieldOf(data, occurredAt)),
  }
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined))
}
const NOTHING = {}

const joined = (data: JsonObject, fields: readonly string[]): string | undefined => {
  const parts = fields.map((field) => textOf(fieldOf(data, field))).filter((part) => part !== undefined)
  return parts.length === 0 ? undefined : parts.join('\n\n')
}

const textOf = (value: JsonValue | undefined): string | undefined => {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' || value instanceof JsonNumber
    ? String(value)
    : undefined
}

const timeOf = (value: JsonValue | undefined): string | undefined => {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  // Numbers below 1e11 are seconds since 1970, as in Unix; larger ones are milliseconds.
  const time = new Date(typeof value === 'number' && Math.abs(value) < 1e11 ? value * 1000 : value)
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}
