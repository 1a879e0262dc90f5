import type { Endpoints, ProposalView } from '@inlet/contract'
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
      kind: 'import',
      connector: params.type,
      config: {},
      params: { ...rest, ...(text !== undefined && { document: text }) },
    } as const
    const outcome = await askWorker(deps, request, closeSignal(response))
    if (!outcome.ok) {
      const { reason, message, next, field } = outcome.failure
      throw new Failure(reason, message, { next, ...(field === undefined ? {} : { field }) })
    }
    // The importer's own type is the one of the contract.
    return { status: 200, body: outcome.answer as ProposalView }
  }
