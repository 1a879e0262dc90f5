import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'
import { pageOf, pageQuery, uuid } from './primitives.js'

const shape = {
  type: z.string(),
  version: z.string(),
  title: z.string(),
  description: z.string(),
  browsable: z.boolean(),
  importable: z.boolean().meta({ description: 'Whether settings can be proposed from a document with POST /v1/connectors/{type}/import.' }),
  origin: z.enum(['built-in', 'package']).meta({ description: 'Whether the connector is built in or comes from INLET_CONNECTORS.' }),
  package: z
    .strictObject({ name: z.string(), version: z.string().nullable() })
    .nullable()
    .meta({ description: 'The package it comes from. Null for built-in connectors.' }),
}

export const connectorSummary = z.strictObject(shape).meta({ id: 'ConnectorSummary', description: 'Code that reads one kind of system.' })
export const connector = z
  .strictObject({
    ...shape,
    configSchema: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of the settings.' }),
    secretSchema: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of the secrets.' }),
  })
  .meta({ id: 'Connector', description: 'A connector with its settings.' })
export const connectorList = pageOf(connectorSummary, 'ConnectorList')

export const importRequest = z
  .strictObject({
    document: z
      .union([z.string().min(2), z.record(z.string(), z.unknown())])
      .optional()
      .meta({ description: 'The document, as text (JSON or YAML) or as an object. For documents over 2 MB, use `upload`.' }),
    url: z.string().max(8_192).optional().meta({ description: 'The address of the document. A worker fetches it; the egress rules apply.' }),
    upload: uuid.optional().meta({ description: 'The id of an upload that contains the document, at most 15 MiB.' }),
    paths: z
      .array(z.string().min(1).max(500))
      .max(100)
      .default([])
      .meta({ description: 'Globs of the paths to import, such as `/v1/users/**`. Default: all.' }),
  })
  .refine(
    ({ document, url, upload }) => [document, url, upload].filter((one) => one !== undefined).length === 1,
    'name one of document, url and upload',
  )
  .meta({ id: 'ImportRequest' })

export const proposal = z
  .strictObject({
    title: z.string(),
    config: z.record(z.string(), z.unknown()).meta({ description: 'Proposed settings for a source of this connector.' }),
    secrets: z.array(z.string()).meta({ description: 'Members of `secrets` that these settings need.' }),
    streams: z.array(
      z.strictObject({
        name: z.string(),
        path: z.string(),
        confidence: z.enum(['high', 'medium', 'low']),
        warnings: z.array(z.string()).meta({ description: 'What was guessed and should be reviewed.' }),
      }),
    ),
    skipped: z
      .array(z.strictObject({ path: z.string(), why: z.string() }))
      .meta({ description: 'Parts of the document that became no stream, and why.' }),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'Proposal', description: 'Settings proposed from a document. Nothing is saved.' })

const tag = 'connectors'

export const connectorEndpoints = {
  listConnectors: defineEndpoint({
    method: 'get',
    path: '/v1/connectors',
    scope: 'read',
    tag,
    summary: 'List connectors',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page.', schema: connectorList } },
    reasons: ['INVALID_CURSOR'],
  }),
  getConnector: defineEndpoint({
    method: 'get',
    path: '/v1/connectors/:type',
    scope: 'read',
    tag,
    summary: 'Get a connector with the JSON Schemas of its settings and secrets',
    params: z.strictObject({ type: z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/) }),
    answers: { 200: { description: 'The connector.', schema: connector } },
  }),
  importSettings: defineEndpoint({
    method: 'post',
    path: '/v1/connectors/:type/import',
    scope: 'write',
    tag,
    summary: 'Propose settings from a document that describes a system',
    description:
      'The connector `api` takes OpenAPI 3.0, OpenAPI 3.1 and Swagger 2.0. A worker reads the document. Nothing is saved. References to other documents are not followed.',
    params: z.strictObject({ type: z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/) }),
    body: importRequest,
    answers: { 200: { description: 'The proposed settings, with warnings for guesses.', schema: proposal } },
    reasons: ['IMPORT_UNREADABLE', 'URL_BLOCKED_ADDRESS', 'CHECK_TIMEOUT'],
  }),
} as const

export type ConnectorSummary = z.infer<typeof connectorSummary>
export type ConnectorView = z.infer<typeof connector>
export type ProposalView = z.infer<typeof proposal>
