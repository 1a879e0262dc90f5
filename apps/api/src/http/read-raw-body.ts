import type { IncomingMessage } from 'node:http'
import { Failure } from '@inlet/domain'
export interface BodyLimits {
  readonly maxBytes: number
  /** What may not be larger, for the message. */
  readonly what: string
  /** Time limit for the whole body, in ms: a sender that trickles bytes is never silent. */
  readonly bodyMs: number
}

/** Reads the bytes of a body as they were sent. Throws PAYLOAD_TOO_LARGE, BODY_TOO_SLOW, or UNSUPPORTED_MEDIA_TYPE for a compressed body. */
export const readRawBody = async (request: IncomingMessage, { maxBytes, bodyMs, what }: BodyLimits): Promise<Buffer> => {
  checkContentEncoding(request.headers['content-encoding'])
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(what, maxBytes)
  const pieces: Buffer[] = []
  let bytes = 0
  let late: NodeJS.Timeout | undefined
  const read = new Promise<Buffer>((resolve, reject) => {
    late = setTimeout(() => reject(new Failure('BODY_TOO_SLOW', `the body did not arrive within ${bodyMs / 1_000} s`)), bodyMs)
    // Listeners instead of an iterator, which would cost more than everything else in a small request.
    request.on('data', (piece: Buffer) => {
      bytes += piece.byteLength
      if (bytes <= maxBytes) pieces.push(piece)
      else reject(tooLarge(what, maxBytes))
    })
    request.on('end', () => bytes <= maxBytes && resolve(pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces, bytes)))
    request.on('close', () => reject(new Failure('CANCELLED', 'the sender disconnected')))
    request.on('error', reject)
    if (request.destroyed) reject(new Failure('CANCELLED', 'the sender disconnected'))
  })
  return await read.finally(() => clearTimeout(late))
}

const tooLarge = (what: string, maxBytes: number): Failure => new Failure('PAYLOAD_TOO_LARGE', `${what} may have at most ${maxBytes} bytes`)

/** Throws for a compressed body, whose real size would be unknown. */
export const checkContentEncoding = (header: string | undefined): void => {
  if (header !== undefined && header.trim().toLowerCase() !== 'identity')
    throw new Failure('UNSUPPORTED_MEDIA_TYPE', 'a body with a Content-Encoding is not read')
}
