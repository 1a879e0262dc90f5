import type { SourceRecord } from '@inlet/domain'
import { findMissingPaths, findStreamMapping, type Mapping } from '@inlet/mapping'
import { findMistakes } from './find-mistakes.js'

export interface MappingWarning {
  readonly code: string
  readonly stream: string
  readonly message: string
}

const upserts = (records: readonly SourceRecord[]): readonly SourceRecord[] => records.filter(({ op }) => op !== 'delete')

/**
 * Warns of what looks wrong about the mapping of a stream: paths are checked against what the connector yields, mistakes against what would be
 * stored. `now` is in ms.
 */
export const warnOfMapping = (
  mapping: Mapping | null,
  sample: { readonly stream: string; readonly raw: readonly SourceRecord[]; readonly stored: readonly SourceRecord[] },
  now: number,
): readonly MappingWarning[] => {
  const { stream } = sample
  const [raw, stored] = [upserts(sample.raw), upserts(sample.stored)]
  const missing = findMissingPaths(findStreamMapping(mapping, stream)?.expression ?? '', raw).map((path) => ({
    code: 'PATH_NOT_FOUND',
    message: `the mapping reads ${path}, which none of the ${raw.length} records read has`,
  }))
  return [...missing, ...findMistakes(raw, stored, now)].map((warning) => ({ ...warning, stream }))
}
