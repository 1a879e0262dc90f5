import type { Page, StreamSpec } from '@inlet/connector-sdk'
import { canonicalJson, Failure, type RejectedRecord, type SourceRecord, sha256Hex } from '@inlet/domain'
import { findStreamMapping, type Mapping, type MappingPool } from '@inlet/mapping'

/** A page that knows what each record was made from. */
export interface MappedPage extends Page {
  /** Returns the record as the connector yielded it; undefined for one that was not mapped. */
  readonly originOf?: (record: SourceRecord) => SourceRecord | undefined
  /** Its sweep is of a stream that the source does not list any more. */
  readonly gone?: boolean
}

/** Applies the mapping of a version between a connector and the batcher. */
export interface PageMapper {
  /** Maps the records of a page. `stream` is the one being read; records may belong to others. */
  map(stream: string, page: Page, signal: AbortSignal): Promise<MappedPage>
  /** Throws MAPPING_UNSOUND for a stream that its mapping would leave in a wrong state. */
  check(spec: StreamSpec): void
  /** Whether a stream is read from the beginning each time, whatever its cursor. */
  needsFullRefresh(spec: StreamSpec): boolean
}

/** Creates a page mapper. The rules are those of docs/adr/0012-mappings-and-keys.md. */
export const createPageMapper = (pool: Pick<MappingPool, 'map'>, mapping: Mapping | null): PageMapper => {
  const setsKeys = (stream: string): boolean => findStreamMapping(mapping, stream)?.keys === 'set'
  const rejecting = new Set<string>()
  const origins = new WeakMap<SourceRecord, SourceRecord>()

  const mapStream = async (stream: string, records: readonly SourceRecord[], signal: AbortSignal): Promise<Mapped> => {
    const own = findStreamMapping(mapping, stream)
    if (own === undefined) return { records, rejected: [] }
    const upserts = records.filter(({ op }) => op !== 'delete')
    const mapped = new Map((await pool.map(own, upserts, signal)).map((result, n) => [upserts[n], result]))
    return {
      records: records.flatMap((record) => {
        const result = mapped.get(record)
        if (result === undefined) return [record]
        for (const mappedRecord of result.records) origins.set(mappedRecord, record)
        // Dropped now, but it may have been stored before it changed, or under another mapping.
        if (result.records.length === 0 && result.rejected === null && !setsKeys(stream)) return [{ ...record, op: 'delete' as const }]
        return result.records
      }),
      rejected: [...mapped.values()].flatMap(({ rejected }) => rejected ?? []),
    }
  }

  return {
    async map(stream, page, signal) {
      if (mapping === null) return page
      if (setsKeys(stream) && (page.unchanged?.length ?? 0) > 0) throw unsound(stream, 'the connector reports unchanged records by their own keys')
      const streams = [...new Set(page.records.map((record) => record.stream))]
      const parts: Mapped[] = []
      for (const name of streams)
        parts.push(
          await mapStream(
            name,
            page.records.filter((record) => record.stream === name),
            signal,
          ),
        )
      const rejected = [...(page.rejected ?? []), ...parts.flatMap((part) => part.rejected)]
      for (const { stream: name } of rejected) rejecting.add(name)
      const { sweep, ...rest } = page
      // It is unknown what a rejected record was stored as, so nothing can be known to be gone.
      const sweeps = sweep !== undefined && !(setsKeys(stream) && rejecting.has(stream))
      const records = parts.flatMap((part) => part.records)
      return {
        ...rest,
        records,
        originOf: (record) => origins.get(record),
        ...(rejected.length > 0 ? { rejected } : {}),
        ...(sweeps ? { sweep } : {}),
      }
    },
    check({ name, deletes }) {
      if (setsKeys(name) && deletes === 'events') throw unsound(name, 'its deletes are events that name the keys of the source')
    },
    needsFullRefresh: ({ name, deletes }) => setsKeys(name) && deletes === 'sweep',
  }
}

interface Mapped {
  readonly records: readonly SourceRecord[]
  readonly rejected: readonly RejectedRecord[]
}

const unsound = (stream: string, because: string): Failure =>
  new Failure('MAPPING_UNSOUND', `the mapping of ${stream} sets keys, but ${because}`, { field: `mapping.${stream}.keys` })

/** Returns what identifies the mapping of a stream, to detect changes; null without one. */
export const mappingStateOf = (mapping: Mapping | null, stream: string): { readonly sha256: string; readonly keys: 'kept' | 'set' } | null => {
  const own = findStreamMapping(mapping, stream)
  if (own === undefined) return null
  const keys = own.keys ?? 'kept'
  return { sha256: sha256Hex(canonicalJson([own.expression, keys])), keys }
}
