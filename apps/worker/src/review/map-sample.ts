import { keyText, type MappedSample, type SourceRecord } from '@inlet/domain'
import { findStreamMapping, type Mapping, type MappingPool } from '@inlet/mapping'
import type { RawRecords } from './read-sample.js'

/** What a version makes of raw records; without a mapping they stay as they are. */
export const mapSample = async (
  mappings: Pick<MappingPool, 'map'>,
  mapping: Mapping | null,
  sample: RawRecords,
  signal: AbortSignal,
): Promise<MappedSample> => {
  const byStream = groupByStream(sample.records)
  const raw: MappedSample['raw'][number][] = []
  for (const [stream, records] of byStream) {
    const rule = findStreamMapping(mapping, stream)
    const mapped = rule === undefined ? records.map((record) => ({ records: [record], rejected: null })) : await mappings.map(rule, records, signal)
    for (const [n, record] of records.entries()) {
      const { records: made = [], rejected = null } = mapped[n] ?? {}
      raw.push({ stream, key: keyText(record.key), records: made, rejected })
    }
  }
  return { raw, complete: sample.complete }
}

const groupByStream = (records: readonly SourceRecord[]): ReadonlyMap<string, readonly SourceRecord[]> => {
  const groups = new Map<string, SourceRecord[]>()
  for (const record of records) {
    const group = groups.get(record.stream)
    if (group === undefined) groups.set(record.stream, [record])
    else group.push(record)
  }
  return groups
}
