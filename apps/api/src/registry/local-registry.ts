import { type EndpointId, endpoints, MAX_PAGE, type Plan, type RegistryPage, statusOf } from '@inlet/contract'
import { Failure } from '@inlet/domain'
import type { RegistryClient } from '@inlet/registry-files'
import type { z } from 'zod'
import { InvalidRequest, parseWith } from '../http/failures.js'
import type { ApiCall, Handler, Handlers } from '../http/reply.js'
import { ALWAYS } from '../http/standing.js'

type Used = 'planRegistry' | 'listRegistry' | 'createSource' | 'updateSource' | 'pauseSource' | 'resumeSource' | 'deleteSource'

interface Parts {
  readonly id?: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly ifMatch?: number
}

/** The actor in the audit log. */
const ACTOR = 'files'

/** Creates a client for this API's own registry, through the same handlers and checks as requests. */
export const createLocalRegistry = (handlers: Pick<Handlers, Used>): RegistryClient => {
  const call = async (endpoint: Used & EndpointId, parts: Parts = {}): Promise<unknown> => {
    const { body, query } = endpoints[endpoint] as { readonly body?: z.ZodType; readonly query?: z.ZodType }
    const apiCall = {
      params: { id: parts.id },
      query: query === undefined ? undefined : parseWith(query, parts.query ?? {}),
      body: body === undefined ? undefined : parseWith(body, parts.body),
      ifMatch: parts.ifMatch ?? null,
      actor: ACTOR,
      principal: null,
      standing: ALWAYS,
    }
    // There is no request behind it: these handlers use request and response only for a connection check, which is not requested.
    const reply = await (handlers[endpoint] as Handler<never>)(apiCall as unknown as ApiCall<never>)
    return reply?.body
  }
  return {
    plan: async (request) => (await call('planRegistry', { body: request })) as Plan,
    async *list({ managedBy }) {
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const query = { limit: String(MAX_PAGE), ...(managedBy === undefined ? {} : { managedBy }), ...(cursor === undefined ? {} : { cursor }) }
        const page = (await call('listRegistry', { query })) as RegistryPage
        yield* page.items
        cursor = page.nextCursor
      }
    },
    create: async ({ definition, owner, runNow }) => void (await call('createSource', { body: { ...definition, managedBy: owner, runNow } })),
    update: async ({ id, revision, change }) => void (await call('updateSource', { id, ifMatch: revision, body: change })),
    setPaused: async (id, paused) => void (await call(paused ? 'pauseSource' : 'resumeSource', { id })),
    remove: async (id) => void (await call('deleteSource', { id })),
    explain: (error) =>
      error instanceof Failure && statusOf(error.reason) < 500
        ? {
            reason: error.reason,
            message: error.message,
            next: error.next ?? '',
            field: error.field,
            ...(error instanceof InvalidRequest ? { errors: error.errors } : {}),
          }
        : null,
  }
}
