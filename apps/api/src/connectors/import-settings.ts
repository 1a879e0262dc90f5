import type { Endpoints } from '@inlet/contract'
import { Failure } from '@inlet/domain'
import { askWorker } from '../calls/ask-worker.js'
import { closeSignal, type Handler } from '../http/reply.js'
import type { ConnectorDeps } from './connector-handlers.js'

/** A worker reads the document: a large one would hold up everybody here. Throws what the importer throws. */
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
