import type { RecordKey } from '@inlet/connector-sdk'
import { shortHash } from '../feeds/feed-mark.js'
import type { FeedEntry } from './feed.js'

const MAX_CHARS = 1_000

export interface KeyedEntry {
  readonly key: RecordKey
  readonly entry: FeedEntry
}

/**
 * Gives every entry its key, [feed, id]: the feed's id for it, otherwise its URL, otherwise a hash of its content. Where several
 * entries of a document share an id, as in careless feeds, their URLs become part of the key. Of entries with equal keys, the newest counts.
 */
export const keyEntries = (url: string, entries: readonly FeedEntry[]): readonly KeyedEntry[] => {
  const links = new Map<string, Set<string | undefined>>()
  for (const entry of entries) {
    if (entry.id === undefined) continue
    const known = links.get(entry.id)
    if (known === undefined) links.set(entry.id, new Set([entry.url]))
    else known.add(entry.url)
  }
  const keyed = new Map<string, KeyedEntry>()
  for (const entry of entries) {
    const id = bounded(entry.id ?? entry.url ?? shortHash(`${entry.title ?? ''}\n${entry.published ?? ''}\n${entry.content?.value ?? ''}`, 22))
    const shared = entry.id !== undefined && (links.get(entry.id)?.size ?? 0) > 1
    const key: RecordKey = shared ? [url, id, bounded(entry.url ?? '')] : [url, id]
    const mark = JSON.stringify(key)
    const before = keyed.get(mark)
    if (before === undefined || timeOf(entry) > timeOf(before.entry)) keyed.set(mark, { key, entry })
  }
  return [...keyed.values()]
}

const bounded = (id: string): string => (id.length <= MAX_CHARS ? id : shortHash(id, 43))

const timeOf = (entry: FeedEntry): string => entry.updated ?? entry.published ?? ''
