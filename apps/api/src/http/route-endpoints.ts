import { type Endpoint, type EndpointId, endpoints } from '@inlet/contract'
import { Failure } from '@inlet/domain'
import type { Express, Request, Response } from 'express'
import { parseWith } from './failures.js'
import { type IdempotencyDeps, parseIdempotencyKey, withIdempotency } from './idempotency.js'
import { actorOf, type Principal, readAs, requireScope } from './principal.js'
import { type JsonBody, readJsonBody } from './read-json-body.js'
import { type ApiCall, type Handler, type Handlers, parseIfMatch, type Reply, sendReply } from './reply.js'
import { createSlots, type Slots } from './slots.js'
import { ALWAYS, openStanding, type Standing } from './standing.js'

export interface RouteDeps extends IdempotencyDeps {
  /** The files in which the sources are defined; null if the database defines them. */
  readonly sourceFiles: string | null
}

/** Of one caller, and of all: bodies arrive in milliseconds, so that only slow senders have many open. */
const OPEN_BODIES = { perName: 100, total: 500, what: 'request bodies' }

/** Routes the endpoints of the contract to their handlers: scope, address, query, body and preconditions are checked here. */
export const routeEndpoints = (app: Express, handlers: Handlers, deps: RouteDeps, isWanted: (endpoint: Endpoint) => boolean): void => {
  const bodies = createSlots(OPEN_BODIES)
  for (const id of Object.keys(endpoints) as EndpointId[]) {
    const endpoint: Endpoint = endpoints[id]
    if (!isWanted(endpoint)) continue
    // The type of each handler was checked against its endpoint where `handlers` was created.
    const handler = handlers[id] as Handler<Endpoint>
    app[endpoint.method](endpoint.path, async (request, response) => {
      const reply = await asCaller(endpoint, response, async (principal, standing) => {
        if (endpoint.definesSources && deps.sourceFiles !== null)
          throw new Failure('SOURCES_IN_FILES', `the sources are kept in ${deps.sourceFiles}, and cannot be changed here`)
        const call = await readCall(endpoint, { request, response, principal, standing, bodies })
        return answer(deps, { id, endpoint, handler, call })
      })
      if (reply !== null) sendReply(response, reply)
    })
  }
}

type Work = (principal: Principal | null, standing: Standing) => Promise<Reply | null>

/**
 * Works for the caller, who needs the endpoint's scope; null if no key is needed. A response that took long is not shown to a key that was revoked
 * meanwhile.
 */
const asCaller = ({ scope, method }: Endpoint, response: Response, work: Work): Promise<Reply | null> => {
  if (scope === 'public' || scope === 'signature') return work(null, ALWAYS)
  return readAs(response, async (principal) => {
    const standing = openStanding(response, scope)
    const reply = await work(requireScope(principal, scope), standing)
    // Deleting shows nothing, and may itself have revoked the key.
    if (reply !== null && method !== 'delete') await standing.renew()
    return reply
  })
}

const readCall = async (
  endpoint: Endpoint,
  http: {
    readonly request: Request
    readonly response: Response
    readonly principal: Principal | null
    readonly standing: Standing
    readonly bodies: Slots
  },
): Promise<ApiCall> => {
  const { request, response, principal, standing } = http
  const params = endpoint.params?.safeParse(request.params)
  if (params?.success === false) throw new Failure('NOT_FOUND', 'there is nothing at this address')
  const query = endpoint.query === undefined ? undefined : parseWith(endpoint.query, { ...request.query })
  const ifMatchHeader = request.headers['if-match']
  const ifMatch = endpoint.ifMatch === 'optional' && ifMatchHeader === undefined ? undefined : endpoint.ifMatch ? parseIfMatch(ifMatchHeader) : null
  const { exactMember, bodyOptional } = endpoint
  const read = async (): Promise<JsonBody> => {
    const leave = http.bodies.take(principal?.id ?? request.ip ?? '')
    return readJsonBody(request, { optional: bodyOptional === true, exactMember }).finally(leave)
  }
  const given = endpoint.body === undefined ? undefined : await read()
  const body = endpoint.body === undefined ? undefined : parseWith(endpoint.body, given?.value)
  // The outputs have the types of the endpoint's own schemas, which the loose Endpoint type cannot express.
  return {
    params: params?.data,
    query,
    body,
    exact: given?.exact,
    ifMatch,
    principal,
    standing,
    actor: principal === null ? 'anonymous' : actorOf(principal),
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
  return withIdempotency(deps, { key, callerId: call.principal.id, request: [id, params, query, body] }, async () => {
    const reply = await handler(call)
    if (reply === null) throw new Error('an idempotent handler must return its answer')
    return reply
  })
}
