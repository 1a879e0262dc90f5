import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import compression from 'compression'
import type { RequestHandler, Response } from 'express'

/** Smaller answers travel in one packet anyway. */
const MIN_BYTES = 1_024
/** Up to here compressing takes less than handing the work to another thread and waiting for it. */
const MAX_SYNC_LENGTH = 65_536

/**
 * Compresses answers of text for clients that take it. Not streams of events, which would wait for more, nor what is fetched from sources, whose
 * ranges count bytes; nor errors, which must reach clients that are still sending.
 */
export const compressAnswers = (): RequestHandler => compression({ threshold: MIN_BYTES, filter: isCompressible })

/** A whole answer as it is sent: small ones compressed at once, where the client takes it; others are left to `compressAnswers`. */
export const compressSmall = (response: Response, body: string): string | Buffer => {
  const isSmall = body.length >= MIN_BYTES && body.length <= MAX_SYNC_LENGTH
  if (!isSmall || !isCompressible(response.req, response) || response.req.acceptsEncodings('gzip', 'identity') !== 'gzip') return body
  response.setHeader('content-encoding', 'gzip')
  response.vary('accept-encoding')
  return gzipSync(body, { level: 1 })
}

const isCompressible = (_request: IncomingMessage, response: ServerResponse): boolean =>
  response.statusCode < 400 &&
  !response.hasHeader('accept-ranges') &&
  !response.hasHeader('content-range') &&
  // What monitoring scrapes comes from nearby, and is asked for often.
  !/version=/.test(String(response.getHeader('content-type'))) &&
  /^(application\/(json|javascript)|text\/(plain|html|css|javascript))\b/.test(String(response.getHeader('content-type') ?? ''))
