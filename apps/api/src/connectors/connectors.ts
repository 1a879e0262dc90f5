import type { ConnectorRegistry, RegisteredConnector } from '@inlet/connectors'
import type { ConnectorSummary, Endpoints } from '@inlet/contract'
import { Failure } from '@inlet/domain'
import { z } from 'zod'
import { askWorker, type CallDeps } from '../calls/ask-worker.js'
import { type PageTokens, pageOfAll } from '../http/page-token.js'
import { closeSignal, type Handler } from '../http/reply.js'

export interface ConnectorDeps extends CallDeps {
  readonly registry: ConnectorRegistry
  readonly tokens: PageTokens
}

const toSummary = ({ connector, package: from }: RegisteredConnector): ConnectorSummary => ({
  type: connector.type,
  version: connector.version,
  title: connector.title,
  description: connector.description,
  browsable: connector.browse !== undefined,
  importable: connector.importer !== undefined,
  origin: from === null ? 'built-in' : 'package',
  package: from,
})

/** Returns the schema that a form or a client needs; rules that JSON Schema cannot express are checked when the source is saved. */
const toJsonSchema = (schema: z.ZodType): object => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })

const listConnectorsHandler =
  (deps: ConnectorDeps): Handler<Endpoints['listConnectors']> =>
  async ({ query }) => ({
    status: 200,
    body: pageOfAll(deps.registry.all.map(toSummary), { tokens: deps.tokens, list: ['listConnectors', {}], query }, ({ type }) => type),
  })

const getConnectorHandler =
  (deps: ConnectorDeps): Handler<Endpoints['getConnector']> =>
  async ({ params }) => {
    const registered = deps.registry.all.find(({ connector }) => connector.type === params.type)
    if (registered === undefined) throw new Failure('NOT_FOUND', 'there is no such connector')
    const { connector } = registered
    return {
      status: 200,
      body: { ...toSummary(registered), configSchema: toJsonSchema(connector.configSchema), secretSchema: toJsonSchema(connector.secretSchema) },
    }
  }

export const createConnectorHandlers = (deps: ConnectorDeps) => ({
  listConnectors: listConnectorsHandler(deps),
  getConnector: getConnectorHandler(deps),
  importSettings: importSettingsHandler(deps),
})

/** Has a worker read the document: a large one would hold up everybody here. Throws what the importer throws. */
export const importSettingsHandler =
  (deps: ConnectorDeps): Handler<Endpoints['importSettings']> =>
  async ({ params, body, response }) => {
    const registered = deps.registry.all.find(({ connector }) => connector.type === params.type)
    if (registered?.connector.importer === undefined) throw new Failure('NOT_FOUND', 'there is no such connector, or it imports nothing')
    const { document, ...rest } = body
    const text = document === undefined || typeof document === 'string' ? document : JSON.stringify(document)
    const request = {
      connector: params.type,
      config: {},
      params: { ...rest, ...(text !== undefined && { document: text }) },
    }
    const outcome = await askWorker(deps, 'import', request, closeSignal(response))
    if (!outcome.ok) {
      const { reason, message, next, field } = outcome.failure
      throw new Failure(reason, message, { next, ...(field === undefined ? {} : { field }) })
    }
    return { status: 200, body: outcome.answer }
  }
