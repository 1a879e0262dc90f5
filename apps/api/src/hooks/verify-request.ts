import type { PushedRequest, Receipt } from '@inlet/connector-sdk'
import { Failure } from '@inlet/domain'
import type { Request } from 'express'
import type { FailedLogins } from '../http/failed-logins.js'
import type { OpenHook, OpenHooks } from './open-hooks.js'
import { type RefusalDeps, recordRefusal } from './refusals.js'

export interface VerifyDeps extends RefusalDeps {
  readonly hooks: OpenHooks
  /** Requests that were refused, by address and source. */
  readonly refusals: FailedLogins
}

/** Has the connector verify a request. A refused sender always gets the same text, whatever was wrong; the log has the reason. */
export const verifyRequest = (deps: VerifyDeps, open: OpenHook, request: Request, body: Buffer): Receipt => {
  try {
    return open.receive(toPushed(open, request, body))
  } catch (error) {
    if (!(error instanceof Failure) || error.reason !== 'SIGNATURE_INVALID') throw error
    recordRefusal(deps, open.hook.sourceId, error.message)
    throwIfTooMany(deps, request, open.hook.sourceId)
    throw new Failure('SIGNATURE_INVALID', 'the request is not signed the way this source expects', { cause: error })
  }
}

/** Returns the source of an address. Throws NOT_FOUND, the same for unknown sources and for those that do not accept events. */
export const getHook = async (deps: VerifyDeps, request: Request, ref: string): Promise<OpenHook> => {
  const open = await deps.hooks.find(ref)
  if (open !== null) return open
  throwIfTooMany(deps, request, '')
  throw new Failure('NOT_FOUND', 'no source accepts events at this address')
}

const throwIfTooMany = ({ refusals }: VerifyDeps, request: Request, sourceId: string): void => {
  const waitMs = refusals.record(`${request.ip ?? 'unknown'} ${sourceId}`)
  if (waitMs !== null) throw new Failure('TOO_MANY_REQUESTS', 'too many requests were refused', { retryAfterMs: waitMs })
}

const toPushed = ({ config, secrets }: OpenHook, request: Request, body: Buffer): PushedRequest => ({
  config,
  secrets,
  method: request.method === 'GET' || request.method === 'HEAD' ? 'GET' : 'POST',
  query: firstValues(request.query),
  headers: joined(request.headers),
  body,
  now: new Date(),
})

const firstValues = (query: Request['query']): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => {
      const first: unknown = Array.isArray(value) ? value[0] : value
      return typeof first === 'string' ? [[name, first]] : []
    }),
  )

const joined = (headers: Request['headers']): Readonly<Record<string, string | undefined>> => {
  const all: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(headers)) all[name] = Array.isArray(value) ? value.join(', ') : value
  return all
}
