import { type StreamSpec, UNDECLARED_END } from '@inlet/connector-sdk'
import { canonicalJson, Failure, type SourceRecord, toStorableText } from '@inlet/domain'
import { z } from 'zod'
import type { PooledConnection } from '../extraction/connection-pool.js'
import { showMembers } from '../harness/show-record.js'

const paramsSchema = z.object({ stream: z.string().optional(), limit: z.number().int().min(1).max(20) })

/**
 * Reads the first records of a source, or of one of its streams, from the beginning and forgets them. `dataJson` is JSON
 * text, so that numbers keep their digits on the way.
 */
export const previewRecords = async (pooled: PooledConnection, params: object, signal: AbortSignal): Promise<object> => {
  const { stream, limit } = paramsSchema.parse(params)
  const specs = await pooled.connector.streams(pooled.connection, signal)
  const wanted = stream === undefined ? specs : specs.filter(({ name }) => name === stream)
  if (wanted.length === 0)
    throw new Failure('NOT_FOUND_UPSTREAM', stream === undefined ? 'the source has no streams' : 'the source has no such stream', { field: 'stream' })
  const records: object[] = []
  const rejected: object[] = []
  for (const spec of wanted) {
    // Every stream gets its share, so that the first one does not hide the others.
    const share = records.length + Math.max(1, Math.floor((limit - records.length) / (wanted.length - wanted.indexOf(spec))))
    await readSome(pooled, spec, { records, rejected, upTo: Math.min(limit, share), signal })
  }
  return { streams: specs.map(({ name, kind, incremental, deletes }) => ({ name, kind, incremental, deletes })), records, rejected }
}

interface Reading {
  readonly records: object[]
  readonly rejected: object[]
  readonly upTo: number
  readonly signal: AbortSignal
}

const readSome = async (
  { connector, connection }: PooledConnection,
  spec: StreamSpec,
  { records, rejected, upTo, signal }: Reading,
): Promise<void> => {
  const enough = new AbortController()
  const pages = connector.read(connection, { stream: spec.name, cursor: null, signal: AbortSignal.any([signal, enough.signal]) })
  try {
    while (records.length < upTo) {
      const step = await pages.next()
      if (step.done === true) return
      for (const record of step.value.records.slice(0, upTo - records.length)) records.push(toPreview(record))
      for (const { stream, reason, message } of (step.value.rejected ?? []).slice(0, 20 - rejected.length))
        rejected.push({ stream, reason, message: toStorableText(message) })
    }
  } finally {
    enough.abort()
    await pages.return(UNDECLARED_END).catch(() => {})
  }
}

const toPreview = (record: SourceRecord): object => ({ ...showMembers(record), dataJson: canonicalJson(record.data) })
