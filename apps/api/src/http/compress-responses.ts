import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import compression from 'compression'
import type { RequestHandler, Response } from 'express'

/** Smaller responses fit into one packet anyway. */
const MIN_BYTES = 1_024
/** Up to this length, compressing takes less time than handing the work to another thread and waiting for it. */
const MAX_SYNC_LENGTH = 65_536

/**
 * Compresses text responses for clients that accept it. Excluded are event streams, which would be delayed; content fetched from sources, whose
 * ranges count bytes; and errors, which must reach clients that are still sending.
 */
export const compressResponses = (): RequestHandler => compression({ threshold: MIN_BYTES, filter: isCompressible })

/** Compresses a complete response at once if it is small and the client accepts it; others are left to `compressResponses`. */
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
  // Metrics are scraped from nearby, and often.
  !/version=/.test(String(response.getHeader('content-type'))) &&
  /^(application\/(json|javascript)|text\/(plain|html|css|javascript))\b/.test(String(response.getHeader('content-type') ?? ''))
