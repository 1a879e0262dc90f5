import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { timestamp } from './primitives.js'

const keyUse = z
  .strictObject({
    id: z.string(),
    configured: z.boolean().meta({ description: 'Whether the API has this key.' }),
    primary: z.boolean().meta({ description: 'Whether new secrets are encrypted with it.' }),
    sealed: z
      .record(z.string(), z.int())
      .meta({ description: 'Number of values encrypted with it, by table.', example: { credentials: 12, access_tokens: 3 } }),
    apiKeys: z
      .int()
      .meta({ description: 'Active API keys whose stored hash depends on it. Each moves to the primary key the next time it is used.' }),
    canary: z.boolean().meta({ description: 'Whether processes verify this key at startup.' }),
    removable: z.boolean().meta({ description: 'Whether nothing depends on it any more.' }),
  })
  .meta({ id: 'EncryptionKeyUse', description: 'A master key, by its id, and what depends on it.' })

const rotation = z
  .strictObject({
    state: z.enum(['running', 'done', 'incomplete']),
    to: z.string().meta({ description: 'The id of the key that everything is re-encrypted with.' }),
    total: z.int().meta({ description: 'Number of values encrypted with other keys when the rotation began.' }),
    done: z.int(),
    unreadable: z.int().meta({ description: 'Number of values that could not be decrypted. They are left unchanged.' }),
    startedAt: timestamp,
    finishedAt: timestamp.nullable(),
    message: z.string().nullable().meta({ description: 'What delays the rotation, if anything.' }),
  })
  .meta({ id: 'KeyRotation' })

export const encryption = z
  .strictObject({
    primaryKey: z.string(),
    keys: z.array(keyUse),
    rotation: rotation.nullable().meta({ description: 'The last rotation. Null if there was none.' }),
  })
  .meta({ id: 'Encryption', description: 'The master keys in use, and the progress of a rotation. Key material is never returned.' })

const tag = 'encryption'

export const encryptionEndpoints = {
  getEncryption: defineEndpoint({
    method: 'get',
    path: '/v1/encryption',
    scope: 'admin',
    tag,
    summary: 'Get the master keys in use and the progress of a rotation',
    answers: { 200: { description: 'The keys, by id, and the last rotation.', schema: encryption } },
  }),
  rotateKeys: defineEndpoint({
    method: 'post',
    path: '/v1/encryption/rotate',
    scope: 'admin',
    tag,
    summary: 'Re-encrypt all secrets with the primary key',
    description:
      'A worker does this in the background. Nothing has to stop, and an interrupted rotation continues by itself. A second request during a rotation has no effect. Follow the progress with GET /v1/encryption.',
    answers: { 202: { description: 'The rotation is in progress, or there is nothing to do.', schema: encryption } },
  }),
} as const

export type EncryptionView = z.infer<typeof encryption>
