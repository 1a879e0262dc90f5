import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { plainText, queryFlag, queryInt, sourceRef, timestamp } from './primitives.js'

const path = plainText(4_096)
const refresh = { refresh: queryFlag('Ask the source itself, whatever is kept.') }

const cacheState = z
  .strictObject({
    state: z
      .enum(['hit', 'miss', 'refreshed'])
      .meta({ description: 'hit: a kept answer; miss: the source was asked; refreshed: it was asked to be asked.' }),
    fetchedAt: timestamp.meta({ description: 'When the source gave this answer.' }),
    expiresAt: timestamp.meta({ description: 'Until when it is kept. A new version, new secrets or a reload end it sooner.' }),
  })
  .meta({ id: 'CacheState', description: 'Whether the source was asked.' })

const item = {
  name: z.string(),
  path: z.string(),
  directory: z.boolean(),
  size: z.int().nullable().meta({ description: 'Bytes, where known.' }),
  modifiedAt: z.string().nullable(),
}

export const browsePage = z
  .strictObject({
    items: z.array(z.strictObject(item)),
    truncated: z.boolean().meta({ description: 'There are more items than the limit.' }),
    cache: cacheState,
  })
  .meta({ id: 'BrowsePage', description: 'What lies at a path of a source.' })

export const itemMetadata = z
  .strictObject({
    ...item,
    metadata: z.record(z.string(), z.unknown()).meta({ description: 'What else the system reports it, e.g. its ETag.' }),
    cache: cacheState,
  })
  .meta({ id: 'ItemMetadata', description: 'One item of a source.' })

export const forgotten = z
  .strictObject({ forgotten: z.int().meta({ description: 'Answers that would still have been used.' }) })
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
    summary: 'List what lies at a path of a source, for connectors that have paths',
    params,
    query: z.strictObject({
      path: path.optional().meta({ description: 'Where to look; the top when left out.' }),
      limit: queryInt({ min: 1, max: 1_000, default: 100, description: 'Items at most.' }),
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
    summary: 'Get what a source reports one item',
    params,
    query: z.strictObject({ path: path.meta({ description: 'As the list names it.' }), ...refresh }),
    answers: { 200: { description: 'The item.', schema: itemMetadata } },
    reasons,
  }),
  fetchItem: defineEndpoint({
    method: 'get',
    path: '/v1/sources/:id/browse/content',
    scope: 'write',
    tag,
    summary: 'Get the bytes of one item of a source',
    description:
      'A worker brings the item, at most INLET_BROWSE_MAX_BYTES within 60 s; then it is streamed. ETag is its SHA-256; If-None-Match and one Range are honoured, and X-Inlet-Cache says hit, miss or refreshed. Always a download, whatever it is. Needs more than read, since it may show what the source does not ingest.',
    params,
    query: z.strictObject({ path: path.meta({ description: 'As the list names it.' }), ...refresh }),
    answers: {
      200: { description: 'The bytes.', contentType: 'application/octet-stream', schema: z.string().meta({ format: 'binary' }) },
      206: { description: 'The range that was asked for.', contentType: 'application/octet-stream', schema: z.string().meta({ format: 'binary' }) },
      304: { description: 'It is what If-None-Match names.' },
      416: { description: 'It has no such range; Content-Range says how long it is.' },
    },
    reasons: [...reasons, 'NOT_A_REGULAR_FILE', 'PAYLOAD_TOO_LARGE', 'TIMEOUT'],
  }),
  forgetBrowsed: defineEndpoint({
    method: 'delete',
    path: '/v1/sources/:id/browse/cache',
    scope: 'write',
    tag,
    summary: 'Forget what was kept of a source for browsing',
    params,
    answers: { 200: { description: 'How much that was.', schema: forgotten } },
  }),
} as const

export type BrowsePage = z.infer<typeof browsePage>
export type ItemMetadata = z.infer<typeof itemMetadata>
