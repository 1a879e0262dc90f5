import { validateHeaderName, validateHeaderValue } from 'node:http'
import { Failure } from '@inlet/domain'
import { ACCEPT_ENCODING } from './body/decoders.js'
import type { Hop } from './exchange/exchange.js'
import type { HttpRequest } from './http-client.js'

/** Set by the client; a setting that changed them could smuggle a second request. */
const RESERVED = new Set(['connection', 'content-length', 'expect', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'])

/**
 * Builds the first hop of a request: default headers, names in lower case, body as sent. Throws VALIDATION_FAILED for headers that cannot be sent.
 */
export const toHop = (url: URL, request: HttpRequest, userAgent: string | undefined): Hop => {
  const headers: Record<string, string> = { accept: '*/*', 'accept-encoding': ACCEPT_ENCODING }
  if (userAgent !== undefined) headers['user-agent'] = userAgent
  const body = toWire(request.body)
  if (body !== undefined) headers['content-type'] = body.contentType
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = checkedHeader(name, value)
  if (body !== undefined) headers['content-length'] = String(Buffer.byteLength(body.bytes))
  return { url, method: request.method ?? 'GET', headers, body: body?.bytes }
}

const toWire = (body: HttpRequest['body']): { bytes: string | Buffer; contentType: string } | undefined => {
  if (body === undefined) return undefined
  if (typeof body === 'string') return { bytes: body, contentType: 'text/plain;charset=utf-8' }
  if (body instanceof Uint8Array)
    return { bytes: Buffer.from(body.buffer, body.byteOffset, body.byteLength), contentType: 'application/octet-stream' }
  return { bytes: JSON.stringify(body), contentType: 'application/json' }
}

const checkedHeader = (name: string, value: string): string => {
  if (RESERVED.has(name.toLowerCase())) throw new Failure('VALIDATION_FAILED', `the header ${name} cannot be set`)
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return value
  } catch (cause) {
    throw new Failure('VALIDATION_FAILED', `the header ${JSON.stringify(name.slice(0, 60))} contains characters that cannot be sent`, { cause })
  }
}
