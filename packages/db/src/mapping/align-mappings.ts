import type { Database } from '../database.js'
import { writeEvent } from '../events/write-event.js'
import { ensureStreams } from '../runs/heartbeat.js'
import type { KnownStream } from '../runs/lease.js'

export interface StreamMappingState {
  readonly name: string
  /** Null: records are stored as the connector yields them. */
  readonly mapping: { readonly sha256: string; readonly keys: 'kept' | 'set' } | null
}

export interface MappingPlace {
  readonly sourceId: string
  /** The epoch of the lease; a worker that lost it changes nothing. */
  readonly epoch: number
}

export interface PreparedStreams {
  /** Streams whose mapping has changed: they are read from the beginning. */
  readonly remapped: readonly string[]
  /** Whether `finishReread` must be called once all streams have been read. */
  readonly rereads: boolean
}

/**
 * Prepares the streams of a source for a run where needed, based on what was found when its lease was taken: a run that finds everything in order
 * sends nothing. A backfill (`aligns` false) leaves the mappings of the live streams alone.
 */
export const prepareStreams = async (
  database: Database,
  run: MappingPlace & { readonly streams: ReadonlyMap<string, KnownStream> },
  wanted: {
    readonly streams: readonly (StreamMappingState & { readonly kind: string; readonly catalog?: boolean | undefined })[]
    readonly aligns: boolean
  },
): Promise<PreparedStreams> => {
  const { streams, aligns } = wanted
  const unknown = streams.filter(({ name, kind, catalog = false }) => {
    const known = run.streams.get(name)
    return known?.kind !== kind || known.catalog !== catalog
  })
  if (unknown.length > 0)
    await ensureStreams(
      database,
      run.sourceId,
      unknown.map(({ name, kind, catalog = false, mapping }) => ({ name, kind, catalog, mappingHash: aligns ? hashOf(mapping) : null })),
    )
  const differing = streams.filter(({ name, mapping }) => run.streams.has(name) && run.streams.get(name)?.mappingHash !== hashOf(mapping))
  const remapped = aligns && differing.length > 0 ? await alignMappings(database, run, differing) : []
  return { remapped, rereads: aligns && (remapped.length > 0 || [...run.streams.values()].some(({ rereads }) => rereads)) }
}

const hashOf = (mapping: StreamMappingState['mapping']): string | null => (mapping === null ? null : `${mapping.keys}:${mapping.sha256}`)

/**
 * Records the mapping each stream is read with from now on, and returns the streams whose mapping has changed: their cursors are cleared, and until
 * `finishReread` the validators of everything the source has stored are ignored, so that unchanged items are mapped again. This covers all streams,
 * since a connector may skip the items of one by the validators of another.
 */
export const alignMappings = (database: Database, place: MappingPlace, streams: readonly StreamMappingState[]): Promise<readonly string[]> =>
  database.transaction(async (client) => {
    const { sourceId, epoch } = place
    const lease = await client.query('SELECT FROM leases WHERE source_id = $1 AND epoch = $2 FOR KEY SHARE', [sourceId, epoch])
    if (lease.rowCount === 0) return []
    const { rows } = await client.query<{ name: string; records: boolean }>(
      `WITH wanted AS (SELECT * FROM unnest($3::text[], $4::text[]) AS w(name, hash))
       UPDATE streams st SET mapping_hash = w.hash, cursor = NULL, cursor_epoch = $2, cursor_seq = 0, updated_at = now()
       FROM wanted w WHERE st.source_id = $1 AND st.name = w.name AND st.mapping_hash IS DISTINCT FROM w.hash
       RETURNING st.name, st.live_records > 0 AS records`,
      [sourceId, epoch, streams.map(({ name }) => name), streams.map(({ mapping }) => hashOf(mapping))],
    )
    const changed = rows.map(({ name }) => name).toSorted()
    if (!rows.some(({ records }) => records)) return changed
    await client.query('UPDATE streams SET reread_epoch = $2 WHERE source_id = $1', [sourceId, epoch])
    await writeEvent(client, {
      sourceId,
      type: 'mapping.changed',
      level: 'info',
      message: `the mapping changed: ${changed.join(', ')} will be read from the beginning`,
      data: { streams: changed },
    })
    return changed
  })

/** Records that all streams have been read to their end since their mapping changed, and that this is stored. */
export const finishReread = async (database: Database, { sourceId, epoch }: MappingPlace): Promise<void> => {
  await database.pool.query(
    `UPDATE streams SET reread_epoch = NULL WHERE source_id = $1 AND reread_epoch <= $2 AND EXISTS (SELECT FROM leases WHERE source_id = $1 AND epoch = $2)`,
    [sourceId, epoch],
  )
}

export interface UnknownStreams {
  readonly sourceId: string
  readonly versionId: string
  readonly runId: string
  readonly streams: readonly string[]
  readonly message: string
}

const TYPE = 'mapping.stream_unknown'

/** Reports, once per version, that its mapping names streams the source does not have. The caller holds the lease of the source. */
export const reportUnknownStreams = async (database: Database, unknown: UnknownStreams): Promise<void> => {
  const { sourceId, runId, versionId, streams, message } = unknown
  const reported = await database.prisma.event.findFirst({
    where: { sourceId, type: TYPE, data: { path: ['versionId'], equals: versionId } },
    select: { id: true },
  })
  if (reported !== null) return
  await writeEvent(database.pool, { sourceId, runId, type: TYPE, level: 'warn', message, data: { code: 'STREAM_UNKNOWN', versionId, streams } })
}
