import type { IncomingMessage, ServerResponse } from 'node:http'
import compression from 'compression'
import type { RequestHandler } from 'express'

/** Smaller answers travel in one packet anyway. */
const MIN_BYTES = 1_024

/**
 * Compresses answers of text for clients that take it. Not streams of events, which would wait for more, nor what is fetched from sources, whose
 * ranges count bytes; nor errors, which must reach clients that are still sending.
 */
export const compressAnswers = (): RequestHandler => compression({ threshold: MIN_BYTES, filter: isCompressible })

const isCompressible = (_request: IncomingMessage, response: ServerResponse): boolean =>
  response.statusCode < 400 &&
  !response.hasHeader('accept-ranges') &&
  !response.hasHeader('content-range') &&
  /^(application\/(json|javascript)|text\/(plain|html|css|javascript))\b/.test(String(response.getHeader('content-type') ?? ''))
