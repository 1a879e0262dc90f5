import { createHash } from 'node:crypto'
import { type Cursor, Failure } from '@inlet/connector-sdk'
import { z } from 'zod'
import type { WebConfig } from '../config.js'

/**
 * The position after a finished crawl. A 304 response has no body, so its links are not seen; that is
 * only safe if a finished crawl has followed them. So each crawl that stores pages has a generation, stored with them,
 * and a stored page is requested conditionally only if its generation is finished, i.e. not above that of the cursor.
 */
export interface CrawlCursor {
  readonly generation: number
  /** Fingerprint of the settings that decide what is found; after they change, everything is read again. */
  readonly settings: string
  /** Linked URLs that could not be read, with their depth: nothing else would lead to them again. */
  readonly again: readonly (readonly [url: string, depth: number])[]
}

const schema = z.strictObject({
  v: z.literal(1),
  generation: z.int().min(0),
  settings: z.string(),
  again: z.array(z.tuple([z.string(), z.int().min(0)])),
})

/** Raise it when pages yield different records than before. */
const EXTRACTOR_VERSION = 2
const MAX_AGAIN_BYTES = 6_000

/** Throws CURSOR_INVALID. */
export const parseCursor = (cursor: Cursor | null): CrawlCursor | null => {
  if (cursor === null) return null
  const parsed = schema.safeParse(cursor)
  if (!parsed.success) throw new Failure('CURSOR_INVALID', 'the cursor was not written by a crawl')
  const { generation, settings, again } = parsed.data
  return { generation, settings, again }
}

export const formatCursor = ({ generation, settings, again }: CrawlCursor): Cursor => ({
  v: 1,
  generation,
  settings,
  again: again.map(([url, depth]) => [url, depth]),
})

/** The settings that decide what a crawl finds; their order is part of the fingerprint. */
const DECIDING = [
  'startUrls',
  'sitemap',
  'include',
  'exclude',
  'maxDepth',
  'maxPages',
  'robots',
  'robotsMeta',
  'canonical',
  'dropTrackingParams',
  'dedupe',
  'links',
  'maxPageBytes',
  'pdf',
] as const satisfies readonly (keyof WebConfig)[]

export const settingsFingerprint = (config: WebConfig): string => {
  const browser = config.render === 'http' ? [] : [config.render, config.hashRoutes, config.browser]
  const deciding = [...DECIDING.map((name) => config[name]), ...browser]
  return createHash('sha256')
    .update(JSON.stringify([EXTRACTOR_VERSION, deciding]))
    .digest('hex')
    .slice(0, 16)
}

/** Creates a list that stays within the size of a cursor. `add` returns whether the URL fitted. */
export const createAgainList = (): { add(url: string, depth: number): boolean; readonly entries: readonly (readonly [string, number])[] } => {
  const entries: [string, number][] = []
  let bytes = 0
  return {
    add(url, depth) {
      const size = Buffer.byteLength(url) + 10
      if (bytes + size > MAX_AGAIN_BYTES) return false
      bytes += size
      entries.push([url, depth])
      return true
    },
    entries,
  }
}
