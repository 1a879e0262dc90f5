import type { IncomingMessage, ServerResponse } from 'node:http'

/** How much of a refused body is still read before the connection is cut: the largest bodies that callers send by mistake. */
const MAX_REST_BYTES = 67_108_864
const MAX_REST_MS = 30_000

/**
 * Ends a response, including an early one to a body that was not read. Such a caller gets the complete response at once, but the connection stays
 * open until its body has arrived: closing it earlier would make the caller's system discard the response it has not read yet (RFC 9112, section
 * 9.6).
 */
export const endResponse = (request: IncomingMessage, response: ServerResponse, body: string | Buffer): void => {
  if (request.complete || request.destroyed || response.req.method === 'HEAD') {
    response.end(body.length === 0 ? undefined : body)
    return
  }
  if (body.length > 0) {
    response.setHeader('content-length', Buffer.byteLength(body))
    response.write(body)
  }
  skipRest(request, (whole) => response.end(() => whole || request.destroy()))
}

/** Reads and discards the rest of a body, within limits; reports whether that was all of it. */
const skipRest = (request: IncomingMessage, done: (whole: boolean) => void): void => {
  let bytes = 0
  const finish = (): void => {
    clearTimeout(timer)
    request.off('data', count).off('end', finish).off('close', finish)
    done(request.complete)
  }
  const count = (piece: Buffer): void => {
    bytes += piece.byteLength
    if (bytes > MAX_REST_BYTES) finish()
  }
  const timer = setTimeout(finish, MAX_REST_MS)
  request.unpipe()
  request
    .on('data', count)
    .on('end', finish)
    .on('close', finish)
    .on('error', () => {})
  request.resume()
}
