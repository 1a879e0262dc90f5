import { z } from 'zod'
import { defineEndpoint } from '../endpoint.js'
import { pageOf, pageQuery, uuid } from '../primitives.js'
import { failureView, fieldProblem } from '../problem.js'
import { createSourceBody, ownerName, sourceSlug } from '../sources/source-requests.js'

/**
 * The definition of a source, without its state: what files contain and what is compared. Without `secrets` they stay as they are, without `paused`
 * operation decides it; anything else left out has its default.
 */
export const sourceDefinition = createSourceBody
  .omit({ runNow: true, paused: true, managedBy: true })
  .extend({
    slug: sourceSlug,
    paused: z.boolean().optional().meta({ description: 'Whether the source is paused. If left out, the file does not decide this.' }),
  })
  .meta({ id: 'SourceDefinition', description: 'The definition of a source, without its state.' })

export type SourceDefinition = z.output<typeof sourceDefinition>
export type SourceDefinitionInput = z.input<typeof sourceDefinition>

/** The most definitions that one request compares. */
export const MAX_PLANNED = 100

const registryEntry = z
  .strictObject({
    id: uuid,
    revision: z.int(),
    managedBy: z.string().nullable().meta({ description: 'The owner that manages it in files. Null if none does.' }),
    secrets: z.array(z.string()).meta({ description: 'Names of the secrets that are set.' }),
    definition: z.record(z.string(), z.unknown()).meta({ description: 'The SourceDefinition, without secrets.' }),
  })
  .meta({ id: 'RegistryEntry', description: 'A source, as a file would define it.' })

const change = z
  .strictObject({
    path: z.string().meta({ description: 'The field that differs, such as `config.url`.' }),
    before: z.unknown().optional().meta({ description: 'Absent if there was no value before.' }),
    after: z.unknown().optional().meta({ description: 'Absent if the value is removed. Secrets are never returned.' }),
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
      .meta({ description: 'Why the definition is refused.' }),
  })
  .meta({ id: 'PlannedSource', description: 'What applying the definition would do.' })

export const registryPage = pageOf(registryEntry, 'RegistryPage')
export const plan = z.strictObject({ items: z.array(planned) }).meta({ id: 'Plan', description: 'One entry per definition, in the same order.' })

export const listRegistryQuery = z.strictObject({ ...pageQuery, managedBy: ownerName.optional() })

export const planBody = z
  .strictObject({
    sources: z.array(sourceDefinition).min(1).max(MAX_PLANNED),
    owner: ownerName.optional().meta({ description: 'Take over sources that have another owner or none.' }),
    resendSecrets: z.boolean().default(false).meta({ description: 'Treat the given secrets as changed, even if they are the same.' }),
  })
  .meta({ id: 'PlanRequest', description: 'Definitions to compare with what is registered.' })

const tag = 'registry'

export const registryEndpoints = {
  listRegistry: defineEndpoint({
    method: 'get',
    path: '/v1/registry',
    scope: 'read',
    tag,
    summary: 'List the definitions of all sources, by slug',
    query: listRegistryQuery,
    onlyReads: true,
    answers: { 200: { description: 'One page.', schema: registryPage } },
    reasons: ['INVALID_CURSOR'],
  }),
  planRegistry: defineEndpoint({
    method: 'post',
    path: '/v1/registry/plan',
    scope: 'write',
    tag,
    summary: 'Compare definitions with the registered sources',
    description:
      'Changes nothing. Each definition is validated like a registration, but no connection is made. Secrets are compared with those given last by a keyed fingerprint.',
    body: planBody,
    answers: { 200: { description: 'What applying the definitions would do.', schema: plan } },
  }),
} as const

export type RegistryEntry = z.infer<typeof registryEntry>
export type RegistryPage = z.infer<typeof registryPage>
export type PlannedSource = z.infer<typeof planned>
export type DefinitionChange = z.infer<typeof change>
export type Plan = z.infer<typeof plan>
