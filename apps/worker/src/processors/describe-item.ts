import { z } from 'zod'
import type { PooledConnection } from '../extraction/connection-pool.js'
import { browseOf, toItem } from './browse.js'

const paramsSchema = z.object({ path: z.string() })

/** Tells of one item of a source. Throws NOT_BROWSABLE, NOT_FOUND_UPSTREAM. */
export const describeItem = async ({ connector, connection }: PooledConnection, params: object, signal: AbortSignal): Promise<object> => {
  const { path } = paramsSchema.parse(params)
  const item = await browseOf(connector).metadata(connection, path, signal)
  return { ...toItem(item), metadata: item.metadata ?? {} }
}
