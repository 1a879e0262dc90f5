import type { RecordDetail } from '@inlet/contract'
import { z } from 'zod'
import { shortenText } from '../fit.js'
import { segment } from '../inlet-api.js'
import { defineTool } from '../tool.js'
import { cleanText, cleanUrl, markUntrusted, untrusted } from '../untrusted.js'

/** Fields are shown up to here; their text is JSON, since they may hold anything. */
const MAX_FIELDS = 6_000

/** A record in parts that a reader can hold. */
export const readRecord = defineTool({
  name: 'read_record',
  description: 'Read the text and fields of a record found by search, in parts. Pass nextOffset as offset to read on.',
  scope: 'read',
  hints: { readOnlyHint: true, idempotentHint: true },
  input: z.object({
    recordId: z.string().describe('recordId of a hit.'),
    offset: z.int().min(0).default(0).describe('Where in the text to begin, in characters.'),
    maxChars: z.int().min(200).max(20_000).default(8_000).describe('How much text at most.'),
  }),
  output: z.looseObject({
    recordId: z.string(),
    source: z.string(),
    url: z.string().nullable(),
    totalChars: z.number(),
    nextOffset: z.number().nullable(),
    data: untrusted.describe('key, title, text, fieldsJson'),
  }),
  run: async ({ api }, { recordId, offset, maxChars }) => {
    const record = await api<RecordDetail>({ method: 'GET', path: `/v1/records/${segment(recordId)}` })
    const text = cleanText(record.text ?? '')
    const part = text.slice(offset, offset + maxChars).toWellFormed()
    const end = offset + part.length
    return {
      recordId: record.id,
      source: record.provenance.source,
      stream: record.stream,
      url: cleanUrl(record.url),
      fetchedAt: record.provenance.fetchedAt,
      deleted: record.deletedAt !== null,
      totalChars: text.length,
      nextOffset: end < text.length ? end : null,
      data: markUntrusted(record.provenance.source, {
        key: shortenText(cleanText(record.key), 1_000),
        title: record.title === null ? null : shortenText(cleanText(record.title), 500),
        text: part,
        fieldsJson: offset > 0 ? '' : shortenText(cleanText(JSON.stringify(record.data)), MAX_FIELDS),
      }),
    }
  },
})
