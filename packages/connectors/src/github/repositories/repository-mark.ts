import { createHash } from 'node:crypto'
import { z } from 'zod'
import { FEEDS, type Feed } from '../streams.js'

/**
 * What is kept of a repository to request it conditionally: the validator of its record in `repositories`, at most 1 KiB. It proves nothing about
 * other streams, since batches may be stored in any order; their cursors say which of these ETags can be trusted.
 */
export interface RepositoryMark {
  readonly id: number
  /** As the settings name it, in lower case; empty when a glob found it. */
  readonly asked: string
  readonly name: string
  /** The ETag of the repository itself. */
  readonly etag?: string | undefined
  /** Hash of the record. */
  readonly content: string
  /** The newest commit that was read. */
  readonly head?: string | undefined
  readonly feeds: Readonly<Partial<Record<Feed, string>>>
}

const MAX_BYTES = 1_000

const schema = z.strictObject({
  i: z.int().min(1),
  a: z.string(),
  n: z.string(),
  t: z.string().optional(),
  c: z.string(),
  h: z.string().optional(),
  f: z.array(z.string()),
})

export const formatMark = (mark: RepositoryMark): string => {
  const text = (feeds: readonly string[]): string =>
    JSON.stringify({ i: mark.id, a: mark.asked, n: mark.name, t: pack(mark.etag), c: mark.content, h: mark.head, f: feeds })
  const whole = text(FEEDS.map((feed) => pack(mark.feeds[feed]) ?? ''))
  // Other servers have longer ETags; without them the same requests are made, only unconditionally.
  return Buffer.byteLength(whole) <= MAX_BYTES ? whole : text([])
}

/** Returns null for anything that is no mark. */
export const parseMark = (validator: string | null): RepositoryMark | null => {
  try {
    const { i, a, n, t, c, h, f } = schema.parse(JSON.parse(validator ?? ''))
    const feeds = Object.fromEntries(FEEDS.flatMap((feed, index) => (f[index] ? [[feed, unpack(f[index])]] : [])))
    return { id: i, asked: a, name: n, etag: t === undefined ? undefined : unpack(t), content: c, head: h, feeds }
  } catch {
    return null
  }
}

export const contentHash = (content: string): string => createHash('sha256').update(content).digest('base64url').slice(0, 12)

const HEX = /^(W\/)?"([0-9a-f]{64})"$/

/** GitHub's ETags are 64 hexadecimal digits: a third shorter in base64. */
const pack = (etag: string | undefined): string | undefined => {
  const match = HEX.exec(etag ?? '')
  if (match === null) return etag === undefined ? undefined : `=${etag}`
  return `${match[1] === undefined ? 's' : 'w'}${Buffer.from(match[2] ?? '', 'hex').toString('base64url')}`
}

const unpack = (text: string): string => {
  if (text.startsWith('=')) return text.slice(1)
  return `${text.startsWith('w') ? 'W/' : ''}"${Buffer.from(text.slice(1), 'base64url').toString('hex')}"`
}
