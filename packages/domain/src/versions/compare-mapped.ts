import { toStorableText } from '../identity/canonical-json.js'
import { keyText } from '../identity/identity.js'
import { JsonNumber, type RejectedRecord, type SourceRecord } from '../records/record.js'
import { diffContent, type FieldChange } from './diff-content.js'

/** What one version makes of one raw record. */
export interface MappedRaw {
  readonly stream: string
  /** The key of the raw record. */
  readonly key: string
  readonly records: readonly SourceRecord[]
  readonly rejected: Pick<RejectedRecord, 'reason' | 'message'> | null
}

/** What one version makes of a sample of a source. */
export interface MappedSample {
  readonly raw: readonly MappedRaw[]
  /** Streams whose records are all in the sample: only there does a missing record mean that it is gone. */
  readonly complete: ReadonlySet<string>
}

export const RECORD_CHANGES = ['keyChanged', 'rejected', 'removed', 'changed', 'added'] as const

export interface RecordChange {
  readonly kind: (typeof RECORD_CHANGES)[number]
  readonly stream: string
  readonly key: string
  /** Only for `keyChanged`. */
  readonly newKey?: string
  /** Only for `changed` and `keyChanged`. */
  readonly fields?: readonly FieldChange[]
  /** Only for `rejected`. */
  readonly reason?: string
  readonly message?: string
}

export interface SampleComparison {
  readonly unchanged: number
  /** Raw records that only one of two incomplete samples contains. */
  readonly notCompared: number
  readonly changes: readonly RecordChange[]
}

/** Returns what a version would change about the records of a source. Pure. */
export const compareMapped = (before: MappedSample, after: MappedSample): SampleComparison => {
  const old = latestOfEach(before.raw)
  const changes: RecordChange[] = []
  let unchanged = 0
  let notCompared = 0
  for (const raw of latestOfEach(after.raw).values()) {
    const was = old.get(idOf(raw))
    old.delete(idOf(raw))
    if (raw.rejected !== null) {
      if (was?.rejected?.reason !== raw.rejected.reason) changes.push({ kind: 'rejected', ...placeOf(raw), ...reasonOf(raw.rejected) })
      else unchanged += 1
    } else if (was !== undefined || before.complete.has(raw.stream)) {
      const compared = compareRecords(raw.stream, was?.records ?? [], raw.records)
      changes.push(...compared.changes)
      unchanged += compared.unchanged
    } else notCompared += 1
  }
  for (const missing of old.values()) {
    if (after.complete.has(missing.stream)) changes.push(...compareRecords(missing.stream, missing.records, []).changes)
    else notCompared += 1
  }
  return { unchanged, notCompared, changes: changes.sort((a, b) => RECORD_CHANGES.indexOf(a.kind) - RECORD_CHANGES.indexOf(b.kind)) }
}

/** A sample may contain several readings of a record; the last one is what would be stored. */
const latestOfEach = (raw: readonly MappedRaw[]): Map<string, MappedRaw> => new Map(raw.map((one) => [idOf(one), one]))
const idOf = ({ stream, key }: Pick<MappedRaw, 'stream' | 'key'>): string => JSON.stringify([stream, key])
const placeOf = ({ stream, key }: MappedRaw): { readonly stream: string; readonly key: string } => ({ stream, key })
const reasonOf = ({ reason, message }: NonNullable<MappedRaw['rejected']>): { readonly reason: string; readonly message: string } => ({
  reason,
  message,
})

/** Compares the records made of one raw record: those with the same key in both versions; the others are paired in order as changed keys. */
const compareRecords = (
  stream: string,
  before: readonly SourceRecord[],
  after: readonly SourceRecord[],
): { readonly unchanged: number; readonly changes: readonly RecordChange[] } => {
  const old = new Map(before.map((record) => [keyText(record.key), record]))
  const changes: RecordChange[] = []
  const fresh: SourceRecord[] = []
  let unchanged = 0
  for (const record of after) {
    const key = keyText(record.key)
    const was = old.get(key)
    if (was === undefined) {
      fresh.push(record)
      continue
    }
    old.delete(key)
    const fields = fieldsOf(was, record)
    if (fields.length === 0) unchanged += 1
    else changes.push({ kind: 'changed', stream, key, fields })
  }
  for (const [key, was] of old) {
    const now = fresh.shift()
    if (now === undefined) changes.push({ kind: 'removed', stream, key })
    else changes.push({ kind: 'keyChanged', stream, key, newKey: keyText(now.key), fields: fieldsOf(was, now) })
  }
  for (const record of fresh) changes.push({ kind: 'added', stream, key: keyText(record.key) })
  return { unchanged, changes }
}

const fieldsOf = (before: SourceRecord, after: SourceRecord): readonly FieldChange[] =>
  diffContent({ ...plainRecord(before), key: undefined }, { ...plainRecord(after), key: undefined })

/**
 * Returns the members of a record that a mapping can set, as plain JSON for comparing and showing: exact numbers as their digits, dates as ISO 8601.
 */
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
