import { createHash } from 'node:crypto'
import type { SourceRecord } from '@inlet/connector-sdk'
import { cutText } from '../../parsing/html/cut-text.js'
import type { HtmlPage } from '../../parsing/html/read-html.js'

const MAX_LINKS = 1_000
/** The largest record that is stored has 8 MiB; a character of text takes up to 3 bytes, and 6 when escaped. */
const MAX_TEXT_CHARS = 2_000_000

export const STREAM = 'pages'

/** Turns a page into a record, without its validator. Nothing in it depends on when or how the page was found. */
export const toRecord = (url: string, page: HtmlPage, contentType: string): SourceRecord => {
  const { publishedAt, modifiedAt, ...meta } = page.meta
  const occurredAt = toDate(modifiedAt) ?? toDate(publishedAt)
  const cut = page.markdown.length > MAX_TEXT_CHARS
  return {
    stream: STREAM,
    key: url,
    kind: 'document',
    title: page.title,
    text: cutText(page.markdown, MAX_TEXT_CHARS),
    url,
    data: {
      ...meta,
      ...(page.language === undefined ? {} : { language: page.language }),
      ...(publishedAt === undefined ? {} : { publishedAt }),
      ...(modifiedAt === undefined ? {} : { modifiedAt }),
      ...(cut || page.truncated ? { truncated: true } : {}),
      contentType,
      links: page.links.slice(0, MAX_LINKS),
    },
    ...(occurredAt === undefined ? {} : { occurredAt }),
  }
}

/** Hashes a record: its title and text, and the whole. */
export const hashRecord = (record: SourceRecord): { readonly content: string; readonly whole: string } => {
  const content = digest(`${record.title ?? ''}\n${record.text ?? ''}`)
  return { content, whole: digest(`${content}${record.occurredAt?.toString() ?? ''}${JSON.stringify(record.data)}`) }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

const toDate = (value: string | undefined): string | undefined => {
  if (value === undefined || !/^\d{4}-\d\d-\d\d/.test(value)) return undefined
  const at = new Date(value)
  const year = at.getUTCFullYear()
  return Number.isNaN(at.getTime()) || year < 1_970 || year > 9_000 ? undefined : at.toISOString()
}
