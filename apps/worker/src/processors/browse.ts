import type { Browse, BrowseItem, Connection, Connector } from '@inlet/connector-sdk'
import { Failure } from '@inlet/domain'
import { z } from 'zod'
import type { PooledConnection } from '../extraction/connection-pool.js'

const paramsSchema = z.object({ path: z.string(), limit: z.number().int().min(1).max(1_000) })

/** Lists what lies at a path of a source. Throws NOT_BROWSABLE for connectors without paths. */
export const browseItems = async ({ connector, connection }: PooledConnection, params: object, signal: AbortSignal): Promise<object> => {
  const { path, limit } = paramsSchema.parse(params)
  const items: object[] = []
  for await (const page of browseOf(connector).list(connection, path, signal)) {
    for (const item of page) {
      if (items.length === limit) return { items, truncated: true }
      items.push(toItem(item))
    }
  }
  return { items, truncated: false }
}

/** Throws NOT_BROWSABLE for connectors without paths. */
export const browseOf = ({ browse, type }: Connector): Browse<Connection> => {
  if (browse === undefined) throw new Failure('NOT_BROWSABLE', `the connector ${type} has no paths`)
  return browse
}

export const toItem = ({ name, path, directory, size, modifiedAt }: BrowseItem) => ({
  name,
  path,
  directory,
  size: size ?? null,
  modifiedAt: modifiedAt ?? null,
})
