import type { Connector } from '@inlet/connector-sdk'
import type { ConnectorSummary, Endpoints } from '@inlet/contract'
import { Failure } from '@inlet/domain'
import { z } from 'zod'
import type { Handler } from '../http/reply.js'

export interface ConnectorDeps {
  readonly connectors: readonly Connector[]
  readonly findConnector: (type: string) => Connector | undefined
}

const toSummary = (connector: Connector): ConnectorSummary => ({
  type: connector.type,
  version: connector.version,
  title: connector.title,
  description: connector.description,
  browsable: connector.browse !== undefined,
})

/** What a form or a client needs; rules that JSON Schema cannot say are checked when the source is saved. */
const toJsonSchema = (schema: z.ZodType): object => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })

const listConnectorsHandler =
  (deps: ConnectorDeps): Handler<Endpoints['listConnectors']> =>
  async () => ({ status: 200, body: { items: deps.connectors.map(toSummary).sort((a, b) => a.type.localeCompare(b.type)) } })

const getConnectorHandler =
  (deps: ConnectorDeps): Handler<Endpoints['getConnector']> =>
  async ({ params }) => {
    const connector = deps.findConnector(params.type)
    if (connector === undefined) throw new Failure('NOT_FOUND', 'there is no such connector')
    return {
      status: 200,
      body: { ...toSummary(connector), configSchema: toJsonSchema(connector.configSchema), secretSchema: toJsonSchema(connector.secretSchema) },
    }
  }

export const createConnectorHandlers = (deps: ConnectorDeps) => ({
  listConnectors: listConnectorsHandler(deps),
  getConnector: getConnectorHandler(deps),
})
