import { SCOPES } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { moment, pageOf, pageQuery, timestamp, visible } from './primitives.js'

const shape = {
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  createdAt: timestamp,
  expiresAt: timestamp.nullable(),
  revokedAt: timestamp.nullable(),
  lastUsedAt: timestamp.nullable().meta({ description: 'When the key was last used, to the minute.' }),
}

export const apiKey = z.strictObject(shape).meta({ id: 'ApiKey', description: 'An API key without its secret.' })
export const newApiKey = z
  .strictObject({ ...shape, key: z.string().meta({ description: 'The key itself. It is returned only once.' }) })
  .meta({ id: 'NewApiKey' })
export const apiKeyList = pageOf(apiKey, 'ApiKeyList')

export const createKeyBody = z
  .strictObject({
    name: visible(z.string().trim().min(1).max(255)),
    scopes: z
      .array(z.enum(SCOPES))
      .min(1)
      .max(SCOPES.length)
      .meta({ description: '`write` includes `read`, `publish` includes `write`, and `admin` includes all.' }),
    expiresAt: moment.optional(),
  })
  .meta({ id: 'CreateApiKey' })

const tag = 'keys'

export const keyEndpoints = {
  createKey: defineEndpoint({
    method: 'post',
    path: '/v1/keys',
    scope: 'admin',
    tag,
    summary: 'Create an API key',
    body: createKeyBody,
    answers: { 201: { description: 'The key, which is returned only once.', schema: newApiKey } },
  }),
  listKeys: defineEndpoint({
    method: 'get',
    path: '/v1/keys',
    scope: 'admin',
    tag,
    summary: 'List API keys, newest first',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page.', schema: apiKeyList } },
    reasons: ['INVALID_CURSOR'],
  }),
  deleteKey: defineEndpoint({
    method: 'delete',
    path: '/v1/keys/:id',
    scope: 'admin',
    tag,
    summary: 'Revoke an API key',
    description: 'Takes effect immediately and cannot be undone.',
    params: z.strictObject({ id: z.string().regex(/^[A-Za-z0-9-]{1,64}$/) }),
    answers: { 204: { description: 'Revoked.' } },
  }),
} as const

export type ApiKeyView = z.infer<typeof apiKey>
export type NewApiKeyView = z.infer<typeof newApiKey>
export type CreateKeyBody = z.output<typeof createKeyBody>
