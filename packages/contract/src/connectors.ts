import { z } from 'zod'
import { defineEndpoint } from './endpoint.js'

const shape = {
  type: z.string(),
  version: z.string(),
  title: z.string(),
  description: z.string(),
  browsable: z.boolean(),
  origin: z.enum(['built-in', 'package']).meta({ description: 'Whether it comes with Inlet or from INLET_CONNECTORS.' }),
  package: z
    .strictObject({ name: z.string(), version: z.string().nullable() })
    .nullable()
    .meta({ description: 'The package it comes from; null for those that come with Inlet.' }),
}

export const connectorSummary = z.strictObject(shape).meta({ id: 'ConnectorSummary', description: 'The code for one kind of system.' })
export const connector = z
  .strictObject({
    ...shape,
    configSchema: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of the settings.' }),
    secretSchema: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of the secrets.' }),
  })
  .meta({ id: 'Connector', description: 'A connector with its settings.' })
export const connectorList = z.strictObject({ items: z.array(connectorSummary) }).meta({ id: 'ConnectorList' })

const tag = 'connectors'

export const connectorEndpoints = {
  listConnectors: defineEndpoint({
    method: 'get',
    path: '/v1/connectors',
    scope: 'read',
    tag,
    summary: 'List the kinds of systems that can be registered',
    answers: { 200: { description: 'All of them.', schema: connectorList } },
  }),
  getConnector: defineEndpoint({
    method: 'get',
    path: '/v1/connectors/:type',
    scope: 'read',
    tag,
    summary: 'Get a connector with the JSON Schemas of its settings',
    params: z.strictObject({ type: z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/) }),
    answers: { 200: { description: 'The connector.', schema: connector } },
  }),
} as const

export type ConnectorSummary = z.infer<typeof connectorSummary>
export type ConnectorView = z.infer<typeof connector>
