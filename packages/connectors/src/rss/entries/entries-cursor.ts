import { type Cursor, Failure } from '@inlet/connector-sdk'
import { z } from 'zod'
import { shortHash } from '../feeds/feed-mark.js'

const schema = z.strictObject({ feeds: z.array(z.string().regex(/^[\w-]{8}[\w-]{6}$/)).max(1_000) })

/**
 * Records which version of each feed is stored with all of its entries: per feed, a hash of its URL and one of its mark, 14 characters.
 * The marks themselves are in `feeds`, which proves nothing about the entries; a feed is requested conditionally only if both agree.
 */
export interface StoredFeeds {
  has(url: string, validator: string): boolean
  set(url: string, validator: string): void
  cursor(): Cursor
}

/** Throws CURSOR_INVALID. Drops feeds that are no longer configured. */
export const openStoredFeeds = (cursor: Cursor | null, urls: readonly string[]): StoredFeeds => {
  const stored = new Map(parse(cursor).map((entry) => [entry.slice(0, 8), entry.slice(8)]))
  const named = new Set(urls.map(idOf))
  for (const id of stored.keys()) if (!named.has(id)) stored.delete(id)
  return {
    has: (url, validator) => stored.get(idOf(url)) === shortHash(validator, 6),
    set: (url, validator) => void stored.set(idOf(url), shortHash(validator, 6)),
    cursor: () => ({ feeds: [...stored].map(([id, mark]) => id + mark).sort() }),
  }
}

const idOf = (url: string): string => shortHash(url, 8)

const parse = (cursor: Cursor | null): readonly string[] => {
  if (cursor === null) return []
  const parsed = schema.safeParse(cursor)
  if (!parsed.success) throw new Failure('CURSOR_INVALID', 'the cursor was not written by this connector')
  return parsed.data.feeds
}
