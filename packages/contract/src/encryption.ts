import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { timestamp } from './primitives.js'

const keyUse = z
  .strictObject({
    id: z.string(),
    configured: z.boolean().meta({ description: 'Whether the API has this key.' }),
    primary: z.boolean().meta({ description: 'Whether it seals what is stored from now on.' }),
    sealed: z
      .record(z.string(), z.int())
      .meta({ description: 'How many texts it sealed, by table.', example: { credentials: 12, access_tokens: 3 } }),
    apiKeys: z.int().meta({ description: 'Live API keys whose stored hash needs it; each moves to the primary key when it is used next.' }),
    canary: z.boolean().meta({ description: 'Whether processes check it when they start.' }),
    removable: z.boolean().meta({ description: 'Whether nothing needs it any more.' }),
  })
  .meta({ id: 'EncryptionKeyUse', description: 'A master key by its id, and what needs it.' })

const rotation = z
  .strictObject({
    state: z.enum(['running', 'done', 'incomplete']),
    to: z.string().meta({ description: 'The key everything is sealed with again.' }),
    total: z.int().meta({ description: 'Texts that were sealed with other keys when it began.' }),
    done: z.int(),
    unreadable: z.int().meta({ description: 'Texts that could not be opened, and stay as they are.' }),
    startedAt: timestamp,
    finishedAt: timestamp.nullable(),
    message: z.string().nullable().meta({ description: 'What holds it up, if anything.' }),
  })
  .meta({ id: 'KeyRotation' })

export const encryption = z
  .strictObject({
    primaryKey: z.string(),
    keys: z.array(keyUse),
    rotation: rotation.nullable().meta({ description: 'The last rotation; null before the first.' }),
  })
  .meta({ id: 'Encryption', description: 'Which master keys are in use, and how far a rotation is. Key material is never shown.' })

const tag = 'encryption'

export const encryptionEndpoints = {
  getEncryption: defineEndpoint({
    method: 'get',
    path: '/v1/encryption',
    scope: 'admin',
    tag,
    summary: 'Which master keys are in use',
    answers: { 200: { description: 'Keys by id, and the last rotation.', schema: encryption } },
  }),
  rotateKeys: defineEndpoint({
    method: 'post',
    path: '/v1/encryption/rotate',
    scope: 'admin',
    tag,
    summary: 'Seal everything with the primary key',
    description:
      'A worker does it beside its other work, continues after any interruption, and stops nothing. Asking again while it runs changes nothing. Follow it with GET /v1/encryption.',
    answers: { 202: { description: 'It runs, or nothing is left to do.', schema: encryption } },
  }),
} as const

export type EncryptionView = z.infer<typeof encryption>
