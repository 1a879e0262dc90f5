import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { plainText, queryFlag, queryInt, sourceRef, timestamp } from './primitives.js'

const path = plainText(4_096)
const refresh = { refresh: queryFlag('Ask the source, even if the answer is cached.') }

const cacheState = z
  .strictObject({
    state: z
      .enum(['hit', 'miss', 'refreshed'])
      .meta({ description: '`hit`: the answer is cached. `miss`: the source was asked. `refreshed`: the source was asked because of `refresh`.' }),
    fetchedAt: timestamp.meta({ description: 'When the source returned this answer.' }),
    expiresAt: timestamp.meta({ description: 'When the cached answer expires. A new version, new secrets or a reload removes it earlier.' }),
  })
  .meta({ id: 'CacheState', description: 'Whether the answer comes from the cache.' })

const item = {
  name: z.string(),
  path: z.string(),
  directory: z.boolean(),
  size: z.int().nullable().meta({ description: 'Size in bytes, if known.' }),
  modifiedAt: z.string().nullable(),
}

export const browsePage = z
  .strictObject({
    items: z.array(z.strictObject(item)),
    truncated: z.boolean().meta({ description: 'Whether there are more items than `limit`.' }),
    cache: cacheState,
  })
  .meta({ id: 'BrowsePage', description: 'The items at a path of a source.' })

export const itemMetadata = z
  .strictObject({
    ...item,
    metadata: z.record(z.string(), z.unknown()).meta({ description: 'What else the system reports about the item, such as its ETag.' }),
    cache: cacheState,
  })
  .meta({ id: 'ItemMetadata', description: 'One item of a source.' })

export const forgotten = z
  .strictObject({ forgotten: z.int().meta({ description: 'How many cached answers were removed.' }) })
  .meta({ id: 'ForgottenAnswers' })

const tag = 'sources'
const params = z.strictObject({ id: sourceRef })
const reasons = ['NOT_BROWSABLE', 'CHECK_TIMEOUT', 'UNREACHABLE', 'AUTH_FAILED', 'PERMISSION_DENIED'] as const

export const browseEndpoints = {
  browseSource: defineEndpoint({
    method: 'get',
    path: '/v1/sources/:id/browse',
    scope: 'read',
    tag,
    summary: 'List the items at a path of a source',
    description: 'Only for connectors with `browsable: true`.',
    params,
    query: z.strictObject({
      path: path.optional().meta({ description: 'The path to list. Default: the top level.' }),
      limit: queryInt({ min: 1, max: 1_000, default: 100, description: 'Maximum number of items.' }),
      ...refresh,
    }),
    answers: { 200: { description: 'The items.', schema: browsePage } },
    reasons,
  }),
  describeItem: defineEndpoint({
    method: 'get',
    path: '/v1/sources/:id/browse/metadata',
    scope: 'read',
    tag,
    summary: 'Get the metadata of an item of a source',
    params,
    query: z.strictObject({ path: path.meta({ description: 'The path, as returned by the list.' }), ...refresh }),
    answers: { 200: { description: 'The item.', schema: itemMetadata } },
    reasons,
  }),
  fetchItem: defineEndpoint({
    method: 'get',
    path: '/v1/sources/:id/browse/content',
    scope: 'write',
    tag,
    summary: 'Download an item of a source',
    description:
      'A worker fetches the item, at most INLET_BROWSE_MAX_BYTES within 60 s, and then it is streamed as a download. The ETag is its SHA-256. If-None-Match and a single Range are supported. X-Inlet-Cache is `hit`, `miss` or `refreshed`. Needs the scope write, because the item may be one that the source does not ingest.',
    params,
    query: z.strictObject({ path: path.meta({ description: 'The path, as returned by the list.' }), ...refresh }),
    answers: {
      200: { description: 'The bytes.', contentType: 'application/octet-stream', schema: z.string().meta({ format: 'binary' }) },
      206: { description: 'The requested range.', contentType: 'application/octet-stream', schema: z.string().meta({ format: 'binary' }) },
      304: { description: 'Unchanged: the ETag matches If-None-Match.' },
      416: { description: 'The item does not have this range. Content-Range says how long it is.' },
    },
    reasons: [...reasons, 'NOT_A_REGULAR_FILE', 'PAYLOAD_TOO_LARGE', 'TIMEOUT'],
  }),
  forgetBrowsed: defineEndpoint({
    method: 'delete',
    path: '/v1/sources/:id/browse/cache',
    scope: 'write',
    tag,
    summary: 'Clear the browse cache of a source',
    params,
    answers: { 200: { description: 'How many cached answers were removed.', schema: forgotten } },
  }),
} as const

export type BrowsePage = z.infer<typeof browsePage>
export type ItemMetadata = z.infer<typeof itemMetadata>
