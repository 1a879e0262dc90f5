import type { IncomingMessage } from 'node:http'
import { finished, type Readable } from 'node:stream'
import { Failure } from '@inlet/domain'
import { abortable } from '../../abortable.js'
import { parseJsonLossless } from '../../json/parse-json-lossless.js'
import type { HttpResponse } from '../http-client.js'
import { type BodyOptions, openBody, readWhole, tooLarge } from './body-stream.js'
import { createDecoders, parseCodings } from './decoders.js'
import { explainBody } from './explain-body.js'

/** Unwanted bodies up to this size are read to the end, so that the connection can be reused. */
const DRAIN_BYTES = 64 * 1024
/** How much of an error response is read for its explanation, and for how long. */
const EXPLAIN_BYTES = 16 * 1024
const EXPLAIN_MS = 2_000

export interface ResponseOptions extends BodyOptions {
  readonly url: URL
  /** Whether to undo Content-Encoding. */
  readonly decompress: boolean
  /** Whether the method and status allow a body at all. */
  readonly hasBody: boolean
  /** Returns a text of the remote system without the secrets it may have been sent. */
  readonly clean: (text: string) => string
}

/**
 * Wraps a response from the wire. Throws RESPONSE_TOO_LARGE at once if its Content-Length exceeds the
 * limit, and UPSTREAM_INVALID for unknown codings.
 */
export const createResponse = async (message: IncomingMessage, options: ResponseOptions): Promise<HttpResponse> => {
  const headers = joinHeaders(message)
  const declared = Number(headers['content-length'] ?? Number.NaN)
  if (options.hasBody && declared > options.maxBytes) throw tooLarge(options)
  const codings = options.hasBody && options.decompress ? parseCodings(headers['content-encoding']) : []
  const decoders = codings.length === 0 ? [] : await abortable(createDecoders(message, codings), options.deadline.signal)
  const consumed: { body?: Readable; whole?: true } = {}
  // A failure may arrive before anyone reads; the reader still gets it.
  message.on('error', () => undefined)
  if (!options.hasBody) {
    message.resume()
    finished(message, () => options.deadline.done())
  }

  const bytes = async (): Promise<Buffer> => {
    if (!options.hasBody) return Buffer.alloc(0)
    if (consumed.whole === true || consumed.body !== undefined) throw new Failure('INTERNAL', `${options.target}: the body has been read already`)
    consumed.whole = true
    return await readWhole(message, decoders, options)
  }
  const text = async (): Promise<string> => decodeText(await bytes(), headers['content-type'])
  const open = (): Readable => {
    consumed.body ??= openBody(message, decoders, options)
    return consumed.body
  }
  const explain = async (): Promise<string> => {
    if (!options.hasBody || consumed.whole === true || consumed.body !== undefined) return ''
    return options.clean(explainBody(decodeText(await readStart(open()), headers['content-type'])))
  }
  return {
    status: message.statusCode ?? 0,
    headers,
    url: options.url.href,
    get body() {
      return open()
    },
    explain,
    bytes,
    text,
    json: async () => {
      const content = await text()
      try {
        return parseJsonLossless(content)
      } catch (error) {
        throw notJson(options.target, {
          contentType: headers['content-type'],
          said: options.clean(explainBody(content.slice(0, EXPLAIN_BYTES))),
          cause: error,
        })
      }
    },
    discard: () => {
      if (consumed.body !== undefined) consumed.body.destroy()
      else if (declared <= DRAIN_BYTES || !options.hasBody) {
        finished(message, () => options.deadline.done())
        message.resume()
      } else {
        options.deadline.done()
        message.destroy()
      }
    },
  }
}

/** Returns the first bytes, as many as arrived in time; never throws. */
const readStart = async (body: Readable): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let bytes = 0
  const timer = setTimeout(() => body.destroy(), EXPLAIN_MS)
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= EXPLAIN_BYTES) break
    }
  } catch {
    // What arrived before the failure still helps.
  } finally {
    clearTimeout(timer)
  }
  return Buffer.concat(chunks).subarray(0, EXPLAIN_BYTES)
}

const notJson = (target: string, { contentType, said, cause }: { contentType: string | undefined; said: string; cause: unknown }) => {
  const begins = said === '' ? '' : `; it says: ${said}`
  return new Failure('CONTENT_MISMATCH', `${target}: the answer is not JSON (Content-Type: ${(contentType ?? 'none').slice(0, 100)})${begins}`, {
    cause,
  })
}

const joinHeaders = (message: IncomingMessage): Readonly<Record<string, string>> => {
  const joined: Record<string, string> = {}
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return joined
}

/** Decodes text in the charset that a Content-Type names, or UTF-8 if it names none or an unknown one; strips a byte order mark. */
const decodeText = (bytes: Buffer, contentType: string | undefined): string => {
  const charset = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType ?? '')?.[1]?.toLowerCase() ?? 'utf-8'
  if (charset === 'utf-8' || charset === 'utf8') {
    const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
    return bytes.toString('utf8', hasMark ? 3 : 0)
  }
  return decoderOf(charset).decode(bytes)
}

const decoderOf = (charset: string): InstanceType<typeof TextDecoder> => {
  try {
    return new TextDecoder(charset)
  } catch {
    return new TextDecoder()
  }
}
