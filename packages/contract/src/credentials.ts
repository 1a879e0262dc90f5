import { isUuid, SOURCE_STATUSES } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { pageOf, pageQuery, timestamp, uuid } from './primitives.js'
import { secretStates } from './sources/source.js'

const credentialName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'a name of a credential has 1 to 63 lower-case letters, digits or dashes')
  .refine((text) => !isUuid(text), 'a name must not look like an id')
  .meta({ description: 'A readable, unique name.', example: 'crm-oauth' })

const secrets = z.record(z.string(), z.unknown()).meta({
  description: 'Secrets of the connector. Write-only: they are encrypted immediately and never returned. They replace all secrets set before.',
})

const targets = z
  .array(z.string().min(1).max(8_192))
  .max(100)
  .meta({
    description:
      'Where the secrets may be sent: origins such as `https://api.example.com`, whole URLs of token endpoints, or `host:port`. Sources with other addresses are refused.',
    example: ['https://api.example.com'],
  })

const shape = {
  id: uuid,
  name: z.string(),
  connector: z.string(),
  secrets: secretStates,
  targets: z.array(z.string()).meta({ description: 'Where the secrets may be sent.' }),
  usedBy: z.int().meta({ description: 'Number of sources that use it.' }),
  createdAt: timestamp,
  updatedAt: timestamp.meta({ description: 'When the secrets were last replaced by a person.' }),
}

export const credential = z.strictObject(shape).meta({ id: 'Credential', description: 'Secrets shared by several sources of one connector.' })
export const credentialDetail = z
  .strictObject({
    ...shape,
    sources: z
      .array(z.strictObject({ id: uuid, slug: z.string(), name: z.string(), status: z.enum(SOURCE_STATUSES) }))
      .meta({ description: 'The sources that use it, by name.' }),
  })
  .meta({ id: 'CredentialDetail', description: 'A shared credential with the sources that use it.' })
export const changedCredential = z
  .strictObject({
    ...credentialDetail.shape,
    repaired: z.array(uuid).meta({ description: 'Sources that had stopped because of the old secrets and are started again.' }),
  })
  .meta({ id: 'ChangedCredential' })
export const credentialPage = pageOf(credential, 'CredentialPage')

export const createCredentialBody = z
  .strictObject({
    name: credentialName,
    connector: z.string().min(1).max(100).meta({ description: 'The type of connector.', example: 'api' }),
    secrets,
    targets: targets.default([]),
  })
  .meta({ id: 'CreateCredential' })
export const updateCredentialBody = z
  .strictObject({
    name: credentialName.optional(),
    secrets: secrets.optional(),
    targets: targets.optional().meta({ description: 'Additional targets require the secrets again, or a key with the scope admin.' }),
  })
  .meta({ id: 'UpdateCredential' })

const tag = 'credentials'
const params = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
    .meta({ description: 'The id (UUID) or name of a credential.', example: 'crm-oauth' }),
})

export const credentialEndpoints = {
  createCredential: defineEndpoint({
    method: 'post',
    path: '/v1/credentials',
    scope: 'write',
    tag,
    summary: 'Create a shared credential',
    body: createCredentialBody,
    idempotent: true,
    answers: { 201: { description: 'Created; Location is set.', schema: credentialDetail } },
    reasons: ['UNKNOWN_CONNECTOR', 'NAME_TAKEN', 'LIMIT_REACHED'],
  }),
  listCredentials: defineEndpoint({
    method: 'get',
    path: '/v1/credentials',
    scope: 'read',
    tag,
    summary: 'List shared credentials by name, without secrets',
    query: z.strictObject({ ...pageQuery, connector: z.string().min(1).max(100).optional() }),
    answers: { 200: { description: 'One page.', schema: credentialPage } },
    reasons: ['INVALID_CURSOR'],
  }),
  getCredential: defineEndpoint({
    method: 'get',
    path: '/v1/credentials/:id',
    scope: 'read',
    tag,
    summary: 'Get a shared credential and the sources that use it',
    params,
    answers: { 200: { description: 'The credential, without its secrets.', schema: credentialDetail } },
  }),
  updateCredential: defineEndpoint({
    method: 'patch',
    path: '/v1/credentials/:id',
    scope: 'write',
    tag,
    summary: 'Update a shared credential',
    description:
      'Changes its name, secrets or targets. New secrets apply immediately to all sources that use it. Sources that had stopped because of the old secrets are started again.',
    params,
    body: updateCredentialBody,
    answers: { 200: { description: 'The updated credential.', schema: changedCredential } },
    reasons: ['NAME_TAKEN', 'SECRET_TARGET_REFUSED'],
  }),
  deleteCredential: defineEndpoint({
    method: 'delete',
    path: '/v1/credentials/:id',
    scope: 'write',
    tag,
    summary: 'Delete a shared credential that no source uses',
    params,
    answers: { 204: { description: 'Deleted.' } },
    reasons: ['CREDENTIAL_IN_USE'],
  }),
} as const

export type CredentialView = z.infer<typeof credential>
export type CredentialDetailView = z.infer<typeof credentialDetail>
