import type { JsonObject, JsonValue, SourceRecord } from '@inlet/connector-sdk'
import { cutText, toStorable } from '../../parsing/html/cut-text.js'
import { readFragment } from '../../parsing/html/read-html.js'
import { ENTRIES } from '../config.js'
import type { KeyedEntry } from '../feed/entry-key.js'
import type { FeedEntry, Prose } from '../feed/feed.js'

/** The largest record that is stored has 8 MiB; a character of text takes up to 3 bytes, and 6 when escaped. */
const MAX_TEXT_CHARS = 1_000_000
const MAX_TITLE_CHARS = 1_000

/** The main content of an entry's page, where it was fetched. */
export interface PageContent {
  readonly markdown: string
  readonly url: string
}

/** Turns an entry into a record, without its validator. */
export const toRecord = async (feedUrl: string, { key, entry }: KeyedEntry, page: PageContent | null): Promise<SourceRecord> => {
  const content = await toMarkdown(entry.content, entry.base)
  const summary = await toMarkdown(entry.summary, entry.base)
  const text = page?.markdown ?? content
  const { id, published, updated, authors, categories, enclosures, comments, image, language } = entry
  const about = page === null ? summary : (summary ?? content)
  const data: JsonObject = {
    feed: feedUrl,
    id,
    published,
    updated,
    authors: authors.length === 0 ? undefined : (authors as unknown as JsonValue),
    categories: categories.length === 0 ? undefined : categories,
    enclosures: enclosures.length === 0 ? undefined : (enclosures as unknown as JsonValue),
    summary: about === undefined || about === text ? undefined : cutText(about, MAX_TEXT_CHARS),
    comments,
    image,
    language,
    contentFrom: page === null ? undefined : 'page',
    truncated: text !== undefined && text.length > MAX_TEXT_CHARS ? true : undefined,
  }
  const occurredAt = published ?? updated
  return {
    stream: ENTRIES,
    key: storable(key) as SourceRecord['key'],
    kind: 'document',
    title: titleOf(entry, text),
    text: text === undefined ? undefined : toStorable(cutText(text, MAX_TEXT_CHARS)),
    url: entry.url,
    data: storable(data) as JsonObject,
    ...(occurredAt === undefined ? {} : { occurredAt }),
  }
}

export const toMarkdown = async (prose: Prose | undefined, base: string): Promise<string | undefined> => {
  if (prose === undefined) return undefined
  const text = prose.kind === 'html' ? await readFragment(prose.value, base) : prose.value.replaceAll('\r\n', '\n').trim()
  return text === '' ? undefined : text
}

/** Microblog posts have no title; their first line takes its place. */
const titleOf = (entry: FeedEntry, text: string | undefined): string | undefined => {
  const title = entry.title ?? text?.split('\n', 1)[0]
  return title === undefined || title === '' ? undefined : toStorable(cutText(title, entry.title === undefined ? 120 : MAX_TITLE_CHARS))
}

/** JSON feeds can contain NUL and half surrogate pairs as escapes. */
const storable = (value: JsonValue): JsonValue => {
  if (typeof value === 'string') return toStorable(value)
  if (Array.isArray(value)) return value.map(storable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value as JsonObject).map(([name, part]) => [name, part === undefined ? undefined : storable(part)]))
}
