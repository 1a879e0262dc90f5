import { type Database, MAX_SAMPLE_LENGTH, STORED_SAMPLES, saveSamples } from '@inlet/db'
import { canonicalJson, type SourceRecord } from '@inlet/domain'
import { findStreamMapping, type Mapping } from '@inlet/mapping'

/** Collects the latest raw records of a run, for drafts to be tried on. Streams without a mapping are left out. */
export interface SampleCollector {
  /** Adds records as the connector yielded them. */
  add(records: readonly SourceRecord[]): void
  /** Stores what was collected. */
  save(): Promise<void>
}

export const createSampleCollector = (
  database: Database,
  source: { readonly sourceId: string; readonly mapping: Mapping | null },
): SampleCollector => {
  const latest = new Map<string, string[]>()
  return {
    add(records) {
      if (source.mapping === null) return
      for (const record of records.slice(-STORED_SAMPLES)) {
        if (record.op === 'delete' || findStreamMapping(source.mapping, record.stream) === undefined) continue
        const text = toText(record)
        if (text === null) continue
        const earlier = latest.get(record.stream) ?? []
        latest.set(record.stream, [...earlier.slice(1 - STORED_SAMPLES), text])
      }
    },
    async save() {
      const samples = [...latest].flatMap(([stream, texts]) => texts.map((record) => ({ stream, record })))
      if (samples.length > 0) await saveSamples(database, source.sourceId, samples)
    },
  }
}

/** Returns null for a record that is too large or not valid JSON: the batcher rejects it. */
const toText = (record: SourceRecord): string | null => {
  try {
    const text = canonicalJson(record)
    return text.length > MAX_SAMPLE_LENGTH ? null : text
  } catch {
    return null
  }
}
