import { createHash } from 'node:crypto'
import { z } from 'zod'

/** What is kept of a feed to request it conditionally; the validator of its record in `feeds`. */
export interface FeedMark {
  /** The settings it was read with. */
  readonly s: string
  /** Hash of the document, for servers without validators. */
  readonly h: string
  readonly etag?: string | undefined
  readonly modified?: string | undefined
}

const MAX_CHARS = 400
const schema = z.strictObject({ s: z.string(), h: z.string(), etag: z.string().optional(), modified: z.string().optional() })

export const formatMark = (mark: FeedMark): string => JSON.stringify(mark)

/** Returns null for anything that is no mark. */
export const parseMark = (validator: string): FeedMark | null => {
  try {
    return schema.parse(JSON.parse(validator))
  } catch {
    return null
  }
}

/** Returns the mark of a document; validators too long to be kept are dropped. */
export const markOf = (settings: string, bytes: Buffer, headers: Readonly<Record<string, string>>): FeedMark => {
  const [etag, modified] = [headers['etag'], headers['last-modified']].map((value) =>
    value !== undefined && value.length <= MAX_CHARS ? value : undefined,
  )
  return { s: settings, h: shortHash(bytes, 16), ...(etag === undefined ? {} : { etag }), ...(modified === undefined ? {} : { modified }) }
}

export const conditionsOf = ({ etag, modified }: FeedMark): Readonly<Record<string, string>> | undefined =>
  etag === undefined && modified === undefined
    ? undefined
    : { ...(etag === undefined ? {} : { 'if-none-match': etag }), ...(modified === undefined ? {} : { 'if-modified-since': modified }) }

export const shortHash = (content: string | Buffer, length: number): string =>
  createHash('sha256').update(content).digest('base64url').slice(0, length)
