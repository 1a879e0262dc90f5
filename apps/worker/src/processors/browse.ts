import { Failure } from '@inlet/domain'
import { z } from 'zod'
import type { PooledConnection } from '../extraction/connection-pool.js'

const paramsSchema = z.object({ path: z.string(), limit: z.number().int().min(1).max(1_000) })

/** Lists what lies at a path of a source. Throws NOT_BROWSABLE for connectors without paths. */
export const browseItems = async ({ connector, connection }: PooledConnection, params: object, signal: AbortSignal): Promise<object> => {
  const { path, limit } = paramsSchema.parse(params)
  if (connector.browse === undefined) throw new Failure('NOT_BROWSABLE', `the connector ${connector.type} has no paths`)
  const items: object[] = []
  for await (const page of connector.browse.list(connection, path, signal)) {
    for (const item of page) {
      if (items.length === limit) return { items, truncated: true }
      items.push({ name: item.name, path: item.path, directory: item.directory, size: item.size ?? null, modifiedAt: item.modifiedAt ?? null })
    }
  }
  return { items, truncated: false }
}
