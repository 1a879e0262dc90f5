import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Failure } from '@inlet/domain'
import busboy from 'busboy'
import { checkContentEncoding } from '../http/read-json-body.js'

interface IncomingUpload {
  /** As the sender wrote it; null when it gave none. */
  readonly name: string | null
  readonly mediaType: string | null
  /** Throws when the sender goes away half-way. */
  readonly bytes: AsyncIterable<Uint8Array>
}

/** The file of a request: the first file part of multipart/form-data, else the body itself. Throws UNSUPPORTED_MEDIA_TYPE, VALIDATION_FAILED, PAYLOAD_TOO_LARGE. */
export const readUpload = async (request: IncomingMessage, maxBytes: number): Promise<IncomingUpload> => {
  checkContentEncoding(request.headers['content-encoding'])
  const announced = Number(request.headers['content-length'] ?? 0)
  // A form is a little larger than the file in it.
  if (announced > maxBytes + 65_536) throw new Failure('PAYLOAD_TOO_LARGE', `an upload has at most ${maxBytes} bytes`)
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'multipart/form-data') return readForm(request)
  return { name: null, mediaType: type === '' || type === 'application/x-www-form-urlencoded' ? null : type, bytes: complete(request, request) }
}

const readForm = (request: IncomingMessage): Promise<IncomingUpload> =>
  new Promise((resolve, reject) => {
    let form: busboy.Busboy
    try {
      form = busboy({ headers: request.headers, defParamCharset: 'utf8', limits: { files: 1, fields: 20, fieldSize: 10_000, parts: 30 } })
    } catch (error) {
      reject(new Failure('VALIDATION_FAILED', 'the form cannot be read: its boundary is missing', { cause: error }))
      return
    }
    form.on('file', (_field, stream, info) => {
      // The reader sees the error as well; nobody may be reading any more.
      stream.on('error', () => {})
      resolve({ name: info.filename ?? null, mediaType: info.mimeType, bytes: complete(stream, request) })
    })
    form.on('close', () => reject(new Failure('VALIDATION_FAILED', 'the form has no file', { field: 'file' })))
    pipeline(request, form).catch((error: unknown) => reject(incomplete(error)))
  })

/** The pieces of a stream; a sender that went away is an incomplete upload, not a short one. */
async function* complete(stream: Readable, request: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    // Not destroyed when it is too large: the caller must be able to read the refusal.
    for await (const piece of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) yield piece
  } catch (error) {
    throw incomplete(error)
  }
  if (!request.complete && request.destroyed) throw incomplete(undefined)
}

const incomplete = (cause: unknown): Failure => new Failure('VALIDATION_FAILED', 'the upload ended before it was complete', { cause })
