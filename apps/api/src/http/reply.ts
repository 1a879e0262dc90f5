import { createHash } from 'node:crypto'
import type { Endpoint, Endpoints } from '@inlet/contract'
import { Failure } from '@inlet/domain'
import type { Request, Response } from 'express'
import type { z } from 'zod'
import { compressSmall } from './compress-responses.js'
import { endResponse } from './end-response.js'
import type { Principal } from './principal.js'
import type { Standing } from './standing.js'

/** A handler's response. */
export interface Reply {
  readonly status: number
  /** Serialized as JSON. */
  readonly body?: unknown
  /** Finished JSON text, e.g. with numbers that JavaScript would round. */
  readonly json?: string
  /** Text of another type; set content-type among the headers. */
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

type OutputOf<E, K extends 'params' | 'query' | 'body'> = E extends { readonly [P in K]: infer S extends z.ZodType } ? z.output<S> : undefined

/** A request as its handler sees it: validated, with its caller. */
export interface ApiCall<E extends Endpoint = Endpoint> {
  readonly params: OutputOf<E, 'params'>
  readonly query: OutputOf<E, 'query'>
  readonly body: OutputOf<E, 'body'>
  /** The member of the body whose numbers keep their digits, if the endpoint has one: bigint and JsonNumber represent what JavaScript would round. */
  readonly exact?: unknown
  /** For the audit log. */
  readonly actor: string
  readonly principal: Principal | null
  /** To be renewed before anything is shown or kept long after the request arrived. The response itself is already covered. */
  readonly standing: Standing
  /** The revision If-Match names; null for `*` and for endpoints without it; undefined when it is optional and absent. */
  readonly ifMatch: E extends { readonly ifMatch: 'optional' } ? number | null | undefined : number | null
  readonly request: Request
  readonly response: Response
}

/** Returns null when the handler has already responded. */
export type Handler<E extends Endpoint> = (call: ApiCall<E>) => Promise<Reply | null>
/** One handler per endpoint of the contract; a missing one is a type error. */
export type Handlers = { readonly [I in keyof Endpoints]: Handler<Endpoints[I]> }

export const replyBody = (reply: Reply): string => reply.json ?? reply.text ?? (reply.body === undefined ? '' : JSON.stringify(reply.body))

/** Writes the response. */
export const sendReply = (response: Response, reply: Reply): void => {
  response.status(reply.status)
  response.setHeader('cache-control', 'no-store')
  response.setHeader('x-content-type-options', 'nosniff')
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value)
  const body = replyBody(reply)
  if (reply.status === 200 && isRead(response.req) && body !== '' && isUnchanged(response, body)) {
    response.status(304).end()
    return
  }
  if (body !== '' && reply.text === undefined) response.setHeader('content-type', 'application/json; charset=utf-8')
  endResponse(response.req, response, compressSmall(response, body))
}

const isRead = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD'

/** Sets the ETag from the response text, after the revision that If-Match requires; returns whether the caller already has this state. */
const isUnchanged = (response: Response, body: string): boolean => {
  const revision = /^"(r\d+)"$/.exec(String(response.getHeader('etag') ?? ''))?.[1]
  const etag = `"${revision === undefined ? '' : `${revision}-`}${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  response.setHeader('etag', etag)
  return matchesEtag(response.req.get('if-none-match'), etag)
}

/**
 * Calls back once the response is over: at once if it already is, since a client that disconnected while nobody listened does not report it again.
 */
export const onceClosed = (response: Response, then: () => void): void => {
  if (response.closed || response.destroyed || response.req.socket.destroyed) then()
  else response.once('close', then)
}

/** Returns a signal that aborts when the client disconnects before the response. */
export const closeSignal = (response: Response): AbortSignal => {
  const controller = new AbortController()
  onceClosed(response, () => controller.abort())
  return controller.signal
}

export const toEtag = (revision: number): string => `"r${revision}"`

/**
 * Returns the revision that If-Match names; null for `*`. Throws PRECONDITION_REQUIRED without the header, PRECONDITION_FAILED for one that cannot
 * match.
 */
export const parseIfMatch = (header: string | undefined): number | null => {
  if (header === undefined || header.trim() === '') throw new Failure('PRECONDITION_REQUIRED', 'If-Match is required')
  if (header.trim() === '*') return null
  const match = /^"r(\d{1,9})(?:-[\w-]{1,40})?"$/.exec(header.trim())
  if (match === null) throw new Failure('PRECONDITION_FAILED', 'If-Match is not an ETag of this resource')
  return Number(match[1])
}

/** Whether an If-None-Match header names this ETag; weak comparison. */
export const matchesEtag = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some((one) => ['*', etag, `W/${etag}`].includes(one.trim()))
