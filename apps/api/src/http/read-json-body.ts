import type { IncomingMessage } from 'node:http'
import { parseJsonLossless } from '@inlet/connector-sdk'
import { Failure } from '@inlet/domain'
import { JSON_LIMITS, parseJson } from './parse-json.js'
import { readRawBody } from './read-raw-body.js'

/** Larger than the allowed number of keys needs, so that too many keys are distinguished from too many bytes. */
const MAX_JSON_BYTES = 2_097_152
/** A sender that trickles bytes is never silent. */
const MAX_JSON_MS = 60_000

export interface JsonBodyOptions {
  readonly optional: boolean
  /** A member that may contain any numbers, returned a second time with all their digits. */
  readonly exactMember?: string | undefined
}

export interface JsonBody {
  readonly value: unknown
  /** The exact member as `parseJsonLossless` reads it; undefined without one. */
  readonly exact?: unknown
}

/**
 * Reads and parses a JSON body; returns `{}` for an absent one if it is optional. Throws what `readRawBody` and `parseJson`
 * throw, and UNSUPPORTED_MEDIA_TYPE for another type.
 */
export const readJsonBody = async (request: IncomingMessage, options: JsonBodyOptions): Promise<JsonBody> => {
  const announced = Number(request.headers['content-length'] ?? (request.headers['transfer-encoding'] === undefined ? 0 : Number.NaN))
  if (announced === 0) {
    if (options.optional) return { value: {} }
    throw new Failure('MALFORMED_JSON', 'the body is empty')
  }
  checkContentType(request.headers['content-type'])
  const { exactMember } = options
  const bytes = await readRawBody(request, { maxBytes: MAX_JSON_BYTES, bodyMs: MAX_JSON_MS, what: 'a JSON body' })
  const value = parseJson(bytes, { ...JSON_LIMITS, exactMember })
  return { value, exact: exactMember === undefined || !hasMember(value, exactMember) ? undefined : readExactly(bytes, exactMember) }
}

const hasMember = (value: unknown, name: string): boolean => typeof value === 'object' && value !== null && Object.hasOwn(value, name)

const readExactly = (bytes: Buffer, member: string): unknown => {
  // It was just found to be JSON; the text decoder drops a byte order mark.
  const whole = parseJsonLossless(new TextDecoder().decode(bytes)) as Readonly<Record<string, unknown>>
  return whole[member]
}

/** Throws unless the type is JSON in UTF-8. */
const checkContentType = (header: string | undefined): void => {
  const [type = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim().toLowerCase())
  if (type !== 'application/json') throw new Failure('UNSUPPORTED_MEDIA_TYPE', 'the body is not declared as application/json')
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '')
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')
    throw new Failure('UNSUPPORTED_MEDIA_TYPE', 'the body is not declared as UTF-8')
}
