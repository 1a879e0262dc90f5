import { toStorableText } from '../identity/canonical-json.js'
import { JsonNumber } from '../records/json-number.js'
import type { SourceRecord } from '../records/record.js'

/** The members of a record that a mapping can set, as plain JSON for comparing and showing: exact numbers as their digits, dates as ISO 8601. */
export const plainRecord = ({ key, kind, title, text, url, data, occurredAt }: Omit<SourceRecord, 'stream'>): Readonly<Record<string, unknown>> =>
  plainValue({ key, kind, title, text, url, data, occurredAt }) as Readonly<Record<string, unknown>>

export const plainValue = (value: unknown): unknown => {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'string') return toStorableText(value)
  if (value instanceof JsonNumber) return value.text
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (Array.isArray(value)) return value.map((item) => plainValue(item ?? null))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [toStorableText(name), plainValue(member)]),
  )
}
