import { addAbortSignal, type Readable } from 'node:stream'
import type { Browse, BrowseItem, Connection, Connector } from '@inlet/connector-sdk'
import type { CallAnswer, CallParams } from '@inlet/contract'
import { cacheContent, type Database, tooLarge } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { PooledConnection } from '../connections/connection-pool.js'

/** Lists the items at a path of a source. Throws NOT_BROWSABLE for connectors without paths. */
export const browseItems = async (
  { connector, connection }: PooledConnection,
  { path, limit }: CallParams<'browse'>,
  signal: AbortSignal,
): Promise<CallAnswer<'browse'>> => {
  const items: CallAnswer<'browse'>['items'][number][] = []
  for await (const page of browseOf(connector).list(connection, path, signal)) {
    for (const item of page) {
      if (items.length === limit) return { items, truncated: true }
      items.push(toItem(item))
    }
  }
  return { items, truncated: false }
}

/** Returns the connector's browse functions. Throws NOT_BROWSABLE for connectors without paths. */
const browseOf = ({ browse, type }: Connector): Browse<Connection> => {
  if (browse === undefined) throw new Failure('NOT_BROWSABLE', `the connector ${type} has no paths`)
  return browse
}

const toItem = ({ name, path, directory, size, modifiedAt }: BrowseItem) => ({
  name,
  path,
  directory,
  size: size ?? null,
  modifiedAt: modifiedAt ?? null,
})

/** Describes one item of a source. Throws NOT_BROWSABLE, NOT_FOUND_UPSTREAM. */
export const describeItem = async (
  { connector, connection }: PooledConnection,
  { path }: CallParams<'metadata'>,
  signal: AbortSignal,
): Promise<CallAnswer<'metadata'>> => {
  const item = await browseOf(connector).metadata(connection, path, signal)
  return { ...toItem(item), metadata: item.metadata ?? {} }
}

/**
 * Caches the content of one item for the API to stream, completely or not at all. Throws NOT_BROWSABLE, NOT_FOUND_UPSTREAM, NOT_A_REGULAR_FILE for
 * folders, PAYLOAD_TOO_LARGE.
 */
export const fetchItem = async (
  database: Database,
  pooled: PooledConnection,
  { path, stamp, maxBytes, ttlSeconds }: CallParams<'fetch'>,
  signal: AbortSignal,
): Promise<CallAnswer<'fetch'>> => {
  const { connector, connection, context } = pooled
  const browse = browseOf(connector)
  const item = await browse.metadata(connection, path, signal)
  if (item.directory) throw new Failure('NOT_A_REGULAR_FILE', `${path} is a folder`, { next: 'List it, and fetch its items.' })
  if ((item.size ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const answer = { name: item.name, mediaType: mediaTypeOf(item.metadata?.['contentType']) }
  // Ends with the signal even if the connector does not pass it on. Every Node stream is a Stream at runtime, whatever its declared interface.
  const bytes = addAbortSignal(signal, (await browse.fetch(connection, path, signal)) as Readable)
  const question = { sourceId: context.sourceId, view: 'content', of: [path], stamp } as const
  const { id, size, sha256 } = await cacheContent(database, question, { answer, bytes, maxBytes, ttlSeconds })
  return { ...answer, id, size, sha256 }
}

/** Returns the type the connector reports, if it is well-formed. */
const mediaTypeOf = (reported: unknown): string =>
  typeof reported === 'string' && /^[\w.+-]+\/[\w.+-]+(; ?[\w=".+-]+)*$/.test(reported) ? reported : 'application/octet-stream'
