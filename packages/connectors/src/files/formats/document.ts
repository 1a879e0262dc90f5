import { Failure, type JsonObject, type JsonValue } from '@inlet/connector-sdk'
import type { Format, ReadingConfig } from '../settings.js'
import { createHtmlText } from './html-text.js'
import { createJsonReader } from './json-reader.js'
import { markdownTitle } from './markdown-title.js'
import { isLarger } from './row-event.js'

/** A file as one record. */
export interface Document {
  readonly title: string | undefined
  readonly text: string
  readonly data: JsonObject
  /** Whether it displays text that could not be extracted. */
  readonly unreadable?: boolean
}

/** HTML may have this many times its text in markup. */
const MARKUP_FACTOR = 16

/** Reads a whole file into one document. Throws RECORD_TOO_LARGE beyond maxRecordBytes, FILE_UNREADABLE for broken JSON. */
export const readDocument = async (format: Format, pieces: AsyncIterable<string>, config: ReadingConfig): Promise<Document> => {
  if (format === 'html') return readHtml(pieces, config.maxRecordBytes)
  const text = await readAll(pieces, config.maxRecordBytes)
  if (format === 'markdown') return { title: markdownTitle(text), text, data: {} }
  return { title: undefined, text, data: format === 'json' ? { content: parseWhole(text) } : {} }
}

const tooLarge = (maxBytes: number): Failure => new Failure('RECORD_TOO_LARGE', `the document has more than maxRecordBytes (${maxBytes})`)

const readAll = async (pieces: AsyncIterable<string>, maxBytes: number): Promise<string> => {
  const parts: string[] = []
  let length = 0
  for await (const piece of pieces) {
    length += piece.length
    if (length > maxBytes) throw tooLarge(maxBytes)
    parts.push(piece)
  }
  const text = parts.join('')
  if (isLarger(text, maxBytes)) throw tooLarge(maxBytes)
  return text
}

const readHtml = async (pieces: AsyncIterable<string>, maxBytes: number): Promise<Document> => {
  const reader = createHtmlText(maxBytes)
  let length = 0
  for await (const piece of pieces) {
    length += piece.length
    // The parser would hold all of an attribute that never ends.
    if (length > maxBytes * MARKUP_FACTOR) throw tooLarge(maxBytes * MARKUP_FACTOR)
    reader.push(piece)
  }
  const page = reader.end()
  if (isLarger(page.text, maxBytes)) throw tooLarge(maxBytes)
  return { ...page, data: {} }
}

const parseWhole = (text: string): JsonValue => {
  const values: JsonValue[] = []
  const reader = createJsonReader({
    path: [],
    each: false,
    maxChars: Number.MAX_SAFE_INTEGER,
    emit: (found) => {
      if ('failure' in found) throw new Failure(found.failure.reason, `the document ${found.failure.message}`)
      values.push(found.value)
    },
  })
  reader.push(text)
  reader.end()
  return values[0] ?? null
}
