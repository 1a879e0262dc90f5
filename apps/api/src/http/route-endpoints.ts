import { type Endpoint, type EndpointId, endpoints } from '@inlet/contract'
import { Failure } from '@inlet/domain'
import type { Express, Request, Response } from 'express'
import { parseIfMatch } from './etag.js'
import { type IdempotencyDeps, parseIdempotencyKey, withIdempotency } from './idempotency.js'
import { parseWith } from './invalid-request.js'
import { getPrincipal, type Principal, requireScope } from './principal.js'
import { readJsonBody } from './read-json-body.js'
import { type ApiCall, type Handler, type Handlers, type Reply, sendReply } from './reply.js'

/** Routes every endpoint of the contract to its handler: scope, address, query, body and preconditions are checked here. */
export const routeEndpoints = (app: Express, handlers: Handlers, deps: IdempotencyDeps): void => {
  for (const id of Object.keys(endpoints) as EndpointId[]) {
    const endpoint: Endpoint = endpoints[id]
    // The type of each handler was checked against its endpoint where `handlers` was made.
    const handler = handlers[id] as Handler<Endpoint>
    app[endpoint.method](endpoint.path, async (request, response) => {
      const principal = endpoint.scope === 'public' ? null : getPrincipal(response)
      if (principal !== null && endpoint.scope !== 'public') requireScope(principal, endpoint.scope)
      const call = await readCall(endpoint, { request, response, principal })
      const reply = await answer(deps, { id, endpoint, handler, call })
      if (reply !== null) sendReply(response, reply)
    })
  }
}

const readCall = async (
  endpoint: Endpoint,
  http: { readonly request: Request; readonly response: Response; readonly principal: Principal | null },
): Promise<ApiCall> => {
  const { request, response, principal } = http
  const params = endpoint.params?.safeParse(request.params)
  if (params?.success === false) throw new Failure('NOT_FOUND', 'there is nothing at this address')
  const query = endpoint.query === undefined ? undefined : parseWith(endpoint.query, { ...request.query })
  const ifMatch = endpoint.ifMatch ? parseIfMatch(request.headers['if-match']) : null
  const body =
    endpoint.body === undefined ? undefined : parseWith(endpoint.body, await readJsonBody(request, { optional: endpoint.bodyOptional === true }))
  // The outputs have the types of the endpoint's own schemas; the loose Endpoint type cannot say so.
  return {
    params: params?.data,
    query,
    body,
    ifMatch,
    principal,
    actor: principal === null ? 'anonymous' : `key:${principal.keyId}`,
    request,
    response,
  } as ApiCall
}

const answer = (
  deps: IdempotencyDeps,
  work: { readonly id: EndpointId; readonly endpoint: Endpoint; readonly handler: Handler<Endpoint>; readonly call: ApiCall },
): Promise<Reply | null> => {
  const { id, endpoint, handler, call } = work
  const key = endpoint.idempotent && call.principal !== null ? parseIdempotencyKey(call.request.get('idempotency-key')) : null
  if (key === null || call.principal === null) return handler(call)
  const { params, query, body } = call
  return withIdempotency(deps, { key, apiKeyId: call.principal.keyId, request: [id, params, query, body] }, async () => {
    const reply = await handler(call)
    if (reply === null) throw new Error('an idempotent handler must give its answer back')
    return reply
  })
}
