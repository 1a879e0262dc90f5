import { createHash } from 'node:crypto'
import type { Endpoint, Endpoints } from '@inlet/contract'
import type { Request, Response } from 'express'
import type { z } from 'zod'
import { compressSmall } from './compress-answers.js'
import { endAnswer } from './end-answer.js'
import { matchesEtag } from './etag.js'
import type { Principal } from './principal.js'

/** What a handler answers. */
export interface Reply {
  readonly status: number
  /** Becomes JSON. */
  readonly body?: unknown
  /** JSON text that is ready, e.g. with numbers that JavaScript would round. */
  readonly json?: string
  /** Text of another type; set content-type among the headers. */
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

type OutputOf<E, K extends 'params' | 'query' | 'body'> = E extends { readonly [P in K]: infer S extends z.ZodType } ? z.output<S> : undefined

/** A request as its handler sees it: checked, with its caller. */
export interface ApiCall<E extends Endpoint = Endpoint> {
  readonly params: OutputOf<E, 'params'>
  readonly query: OutputOf<E, 'query'>
  readonly body: OutputOf<E, 'body'>
  /** The member of the body whose numbers keep their digits, where the endpoint has one: bigint and JsonNumber stand for what JavaScript would round. */
  readonly exact?: unknown
  /** For the audit trail. */
  readonly actor: string
  readonly principal: Principal | null
  /** The revision If-Match names; null for `*` and for endpoints without it; undefined when it may be left out, and was. */
  readonly ifMatch: E extends { readonly ifMatch: 'optional' } ? number | null | undefined : number | null
  readonly request: Request
  readonly response: Response
}

/** Null: the handler has answered itself. */
export type Handler<E extends Endpoint> = (call: ApiCall<E>) => Promise<Reply | null>
/** One for each endpoint of the contract; a missing one is a type error. */
export type Handlers = { readonly [I in keyof Endpoints]: Handler<Endpoints[I]> }

export const replyBody = (reply: Reply): string => reply.json ?? reply.text ?? (reply.body === undefined ? '' : JSON.stringify(reply.body))

/** Writes the answer. */
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
  endAnswer(response.req, response, compressSmall(response, body))
}

const isRead = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD'

/** Names the state of what is read by its text, beside the revision that If-Match asks for; says whether the caller has it already. */
const isUnchanged = (response: Response, body: string): boolean => {
  const revision = /^"(r\d+)"$/.exec(String(response.getHeader('etag') ?? ''))?.[1]
  const etag = `"${revision === undefined ? '' : `${revision}-`}${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  response.setHeader('etag', etag)
  return matchesEtag(response.req.get('if-none-match'), etag)
}

/** A signal that aborts when the client goes away before it was answered. */
export const closeSignal = (response: Response): AbortSignal => {
  const controller = new AbortController()
  response.once('close', () => controller.abort())
  return controller.signal
}
