import { canonicalJson } from '../identity/canonical-json.js'
import type { SourceRecord } from '../records/record.js'
import { plainRecord, plainValue } from './compare-mapped.js'

/** What a mapping must make of a raw record: exactly these records, each with the members named. */
export interface MappingExample {
  readonly name: string
  readonly stream: string
  readonly record: Omit<SourceRecord, 'stream'>
  /** In order; empty: the record must be dropped. Members that are not named may have any value. */
  readonly expected: readonly Readonly<Record<string, unknown>>[]
}

/** Returns why the records differ from what the example expects; null when they do not. Pure. */
export const findBroken = (example: Pick<MappingExample, 'expected'>, records: readonly SourceRecord[]): string | null => {
  const { expected } = example
  if (records.length !== expected.length) return `${expected.length} records are expected, the mapping makes ${records.length}`
  for (const [n, record] of records.entries()) {
    const actual = plainRecord(record)
    for (const [name, value] of Object.entries(expected[n] ?? {})) {
      const actualJson = canonicalJson(actual[name] ?? null)
      if (canonicalJson(plainValue(value) ?? null) !== actualJson) return `record ${n + 1}: ${name} is ${actualJson.slice(0, 500)}`
    }
  }
  return null
}
