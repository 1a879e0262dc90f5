import { z } from 'zod'
import { defineEndpoint } from '../endpoint.js'
import { pageOf, pageQuery, uuid } from '../primitives.js'
import { failureView, fieldProblem } from '../problem.js'
import { createSourceBody, ownerName, sourceSlug } from '../sources/source-requests.js'

/**
 * What a source is, without its state: what files hold and what is compared. Left out `secrets` stay as they are, left
 * out `paused` is left to operation; anything else left out is its default.
 */
export const sourceDefinition = createSourceBody
  .omit({ runNow: true, paused: true, managedBy: true })
  .extend({
    slug: sourceSlug,
    paused: z.boolean().optional().meta({ description: 'Left out: pausing and resuming is not the concern of the file.' }),
  })
  .meta({ id: 'SourceDefinition', description: 'What a source is, without its state.' })

export type SourceDefinition = z.output<typeof sourceDefinition>
export type SourceDefinitionInput = z.input<typeof sourceDefinition>

/** As many definitions as one request compares. */
export const MAX_PLANNED = 100

const registryEntry = z
  .strictObject({
    id: uuid,
    revision: z.int(),
    managedBy: z.string().nullable().meta({ description: 'Who keeps it in files; null: nobody.' }),
    secrets: z.array(z.string()).meta({ description: 'Names of the secrets that are set.' }),
    definition: z.record(z.string(), z.unknown()).meta({ description: 'What the source is; a SourceDefinition without secrets.' }),
  })
  .meta({ id: 'RegistryEntry', description: 'A source as a file would define it.' })

const change = z
  .strictObject({
    path: z.string().meta({ description: 'What differs, e.g. config.url.' }),
    before: z.unknown().optional().meta({ description: 'Absent when there was nothing.' }),
    after: z.unknown().optional().meta({ description: 'Absent when nothing stays. Secrets are never shown.' }),
  })
  .meta({ id: 'DefinitionChange' })

const planned = z
  .strictObject({
    slug: z.string(),
    action: z.enum(['create', 'update', 'unchanged', 'refused']),
    id: uuid.nullable(),
    revision: z.int().nullable(),
    changes: z.array(change),
    failure: z
      .strictObject({ ...failureView.shape, errors: z.array(fieldProblem).optional() })
      .nullable()
      .meta({ description: 'Why it is refused.' }),
  })
  .meta({ id: 'PlannedSource', description: 'What applying a definition would do.' })

export const registryPage = pageOf(registryEntry, 'RegistryPage')
export const plan = z.strictObject({ items: z.array(planned) }).meta({ id: 'Plan', description: 'One entry for each definition, in their order.' })

export const listRegistryQuery = z.strictObject({ ...pageQuery, managedBy: ownerName.optional() })

export const planBody = z
  .strictObject({
    sources: z.array(sourceDefinition).min(1).max(MAX_PLANNED),
    owner: ownerName.optional().meta({ description: 'With it, sources of another owner, or of none, are taken over.' }),
    resendSecrets: z.boolean().default(false).meta({ description: 'Count given secrets as changed even if they are the same.' }),
  })
  .meta({ id: 'PlanRequest', description: 'Definitions to compare with what is registered.' })

const tag = 'registry'

export const registryEndpoints = {
  listRegistry: defineEndpoint({
    method: 'get',
    path: '/v1/registry',
    scope: 'read',
    tag,
    summary: 'List what every source is, in the form of a file, by slug',
    query: listRegistryQuery,
    answers: { 200: { description: 'One page.', schema: registryPage } },
    reasons: ['INVALID_CURSOR'],
  }),
  planRegistry: defineEndpoint({
    method: 'post',
    path: '/v1/registry/plan',
    scope: 'write',
    tag,
    summary: 'Compare definitions with what is registered; changes nothing',
    description:
      'Each definition is checked as a registration is, except for a connection. Secrets are compared by a keyed fingerprint with those given last.',
    body: planBody,
    answers: { 200: { description: 'What applying them would do.', schema: plan } },
  }),
} as const

export type RegistryEntry = z.infer<typeof registryEntry>
export type RegistryPage = z.infer<typeof registryPage>
export type PlannedSource = z.infer<typeof planned>
export type DefinitionChange = z.infer<typeof change>
export type Plan = z.infer<typeof plan>
