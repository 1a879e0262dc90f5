import { addAbortSignal, type Readable } from 'node:stream'
import { type Database, keepContent, tooLarge } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { z } from 'zod'
import type { PooledConnection } from '../extraction/connection-pool.js'
import { browseOf } from './browse.js'

const paramsSchema = z.object({ path: z.string(), stamp: z.string(), maxBytes: z.number(), ttlSeconds: z.number() })

/**
 * Puts the content of one item where the API can stream it from, whole or not at all. Throws NOT_BROWSABLE, NOT_FOUND_UPSTREAM,
 * NOT_A_REGULAR_FILE for folders, PAYLOAD_TOO_LARGE.
 */
export const fetchItem = async (database: Database, pooled: PooledConnection, params: object, signal: AbortSignal): Promise<object> => {
  const { path, stamp, maxBytes, ttlSeconds } = paramsSchema.parse(params)
  const { connector, connection, context } = pooled
  const browse = browseOf(connector)
  const item = await browse.metadata(connection, path, signal)
  if (item.directory) throw new Failure('NOT_A_REGULAR_FILE', `${path} is a folder`, { next: 'List it, and fetch its items.' })
  if ((item.size ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const answer = { name: item.name, mediaType: mediaTypeOf(item.metadata?.['contentType']) }
  // Ends with the signal even if the connector forgot to pass it on. Every stream of Node's is a Stream, whatever its interface is called.
  const bytes = addAbortSignal(signal, (await browse.fetch(connection, path, signal)) as Readable)
  const question = { sourceId: context.sourceId, view: 'content', of: [path], stamp } as const
  const { id, size, sha256 } = await keepContent(database, question, { answer, bytes, maxBytes, ttlSeconds })
  return { ...answer, id, size, sha256 }
}

/** What a connector says of the type, if it has the form of one. */
const mediaTypeOf = (said: unknown): string =>
  typeof said === 'string' && /^[\w.+-]+\/[\w.+-]+(; ?[\w=".+-]+)*$/.test(said) ? said : 'application/octet-stream'
