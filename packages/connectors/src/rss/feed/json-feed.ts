import { Failure } from '@inlet/connector-sdk'
import { z } from 'zod'
import type { Feed, FeedEntry, Person } from './feed.js'
import { parseFeedDate } from './feed-date.js'
import { unique } from './rss-item.js'
import { absolute } from './xml-node.js'

/** Fields of the wrong type are ignored: one odd field must not cost the whole feed. */
const text = z.string().optional().catch(undefined)
const person = z.looseObject({ name: text, url: text }).optional().catch(undefined)
const list = <T extends z.ZodType>(item: T) => z.array(item).default([]).catch([])

const itemSchema = z.looseObject({
  id: z
    .union([z.string(), z.number().transform(String)])
    .optional()
    .catch(undefined),
  url: text,
  external_url: text,
  title: text,
  content_html: text,
  content_text: text,
  summary: text,
  image: text,
  date_published: text,
  date_modified: text,
  author: person,
  authors: list(person),
  tags: list(z.string().catch('')),
  language: text,
  attachments: list(
    z
      .looseObject({ url: text, mime_type: text, title: text, size_in_bytes: z.number().optional().catch(undefined) })
      .optional()
      .catch(undefined),
  ),
})

const feedSchema = z.looseObject({
  version: z.string().regex(/jsonfeed\.org\/version\//),
  title: text,
  home_page_url: text,
  description: text,
  language: text,
  icon: text,
  next_url: text,
  author: person,
  authors: list(person),
  items: z.array(z.unknown()),
})

/** Reads JSON Feed 1.0 and 1.1. Throws CONTENT_MISMATCH when it is none. */
export const readJsonFeed = (source: string, url: string, maxEntries: number): Omit<Feed, 'caveats'> => {
  const parsed = feedSchema.safeParse(parse(source, url))
  if (!parsed.success) throw new Failure('CONTENT_MISMATCH', `${url} is JSON, but not a JSON Feed`)
  const feed = parsed.data
  const authors = people(feed)
  const next = absolute(feed.next_url, url)
  const site = absolute(feed.home_page_url, url)
  const image = absolute(feed.icon, url)
  const entries = feed.items.slice(0, maxEntries).flatMap((item) => {
    const read = itemSchema.safeParse(item)
    return read.success ? [toEntry(read.data, authors, url)] : []
  })
  return {
    head: {
      format: 'json',
      ...(feed.title === undefined ? {} : { title: feed.title }),
      ...(feed.description === undefined ? {} : { description: feed.description }),
      ...(site === undefined ? {} : { url: site }),
      ...(feed.language === undefined ? {} : { language: feed.language }),
      ...(image === undefined ? {} : { image }),
      ...(next === undefined ? {} : { next }),
    },
    entries,
    cut: false,
  }
}

const parse = (source: string, url: string): unknown => {
  try {
    return JSON.parse(source)
  } catch (cause) {
    throw new Failure('UPSTREAM_INVALID', `${url} looks like JSON but is not valid`, { cause })
  }
}

const people = (of: { readonly author?: z.infer<typeof person>; readonly authors: readonly z.infer<typeof person>[] }): readonly Person[] =>
  (of.authors.length > 0 ? of.authors : [of.author]).flatMap((one) =>
    one?.name === undefined && one?.url === undefined
      ? []
      : [{ ...(one.name === undefined ? {} : { name: one.name }), ...(one.url === undefined ? {} : { url: one.url }) }],
  )

const toEntry = (item: z.infer<typeof itemSchema>, feedAuthors: readonly Person[], feedUrl: string): FeedEntry => {
  const url = absolute(item.url, feedUrl) ?? absolute(item.external_url, feedUrl)
  const own = people(item)
  const content =
    item.content_html !== undefined
      ? ({ kind: 'html', value: item.content_html } as const)
      : item.content_text !== undefined
        ? ({ kind: 'text', value: item.content_text } as const)
        : undefined
  const summary = item.summary === undefined ? undefined : ({ kind: 'text', value: item.summary } as const)
  const published = parseFeedDate(item.date_published)
  const updated = parseFeedDate(item.date_modified)
  const image = absolute(item.image, feedUrl)
  const prose = content ?? summary
  return {
    ...(item.id === undefined || item.id === '' ? {} : { id: item.id }),
    ...(url === undefined ? {} : { url }),
    ...(item.title === undefined || item.title.trim() === '' ? {} : { title: item.title.trim() }),
    ...(prose === undefined ? {} : { content: prose }),
    ...(content === undefined || summary === undefined ? {} : { summary }),
    ...(published === undefined ? {} : { published }),
    ...(updated === undefined ? {} : { updated }),
    authors: own.length > 0 ? own : feedAuthors,
    categories: unique(item.tags),
    enclosures: item.attachments.flatMap((attachment) => {
      const at = absolute(attachment?.url, feedUrl)
      if (attachment === undefined || at === undefined) return []
      const { mime_type: type, size_in_bytes: length, title } = attachment
      return [
        { url: at, ...(type === undefined ? {} : { type }), ...(length === undefined ? {} : { length }), ...(title === undefined ? {} : { title }) },
      ]
    }),
    ...(image === undefined ? {} : { image }),
    ...(item.language === undefined ? {} : { language: item.language }),
    base: url ?? feedUrl,
  }
}
