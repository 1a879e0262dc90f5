import type { RecordChunksView, RecordDetail } from '@inlet/contract'
import { z } from 'zod'
import { fitAnswer, fits, shortenText } from '../fit.js'
import { type InletApi, segment } from '../inlet-api.js'
import { defineTool } from '../tool.js'
import { cleanText, cleanUrl, markUntrusted, untrusted } from '../untrusted.js'

/** Fields are shown up to this size; their text is JSON, since they may contain anything. */
const MAX_FIELDS = 6_000

/** Reads a record in parts that a reader can hold: from an offset, or the chunks around a citation. */
export const readRecord = defineTool({
  name: 'read_record',
  description: 'Read text and fields of a record in parts: from nextOffset as offset, or around the chunk of a citation.',
  scope: 'read',
  hints: { readOnlyHint: true, idempotentHint: true },
  input: z.object({
    recordId: z.string().describe('recordId of a hit.'),
    chunk: z.int().min(0).max(16_383).optional().describe('chunk of a citation.'),
    neighbors: z.int().min(0).max(5).default(1).describe('Chunks before and after it.'),
    offset: z.int().min(0).max(1e9).default(0).describe('Where to begin (characters).'),
    maxChars: z.int().min(200).max(20_000).default(8_000).describe('Text at most.'),
  }),
  output: z.looseObject({
    recordId: z.string(),
    source: z.string(),
    url: z.string().nullable(),
    totalChars: z.number(),
    nextOffset: z.number().nullable(),
    data: untrusted.describe('key, title, text, fieldsJson, or chunks'),
  }),
  run: async ({ api }, { recordId, offset, maxChars, chunk, neighbors }) => {
    const record = await api<RecordDetail>({ method: 'GET', path: `/v1/records/${segment(recordId)}` })
    const text = cleanText(record.text ?? '')
    const head = {
      recordId: record.id,
      source: record.provenance.source,
      slug: record.provenance.slug,
      url: cleanUrl(record.url),
      fetchedAt: record.provenance.fetchedAt,
      deleted: record.deletedAt !== null,
      totalChars: text.length,
    }
    const named = {
      stream: cleanText(record.stream),
      key: shortenText(cleanText(record.key), 1_000),
      title: record.title === null ? null : shortenText(cleanText(record.title), 500),
    }
    if (chunk !== undefined) {
      const { total, chunks } = await readChunks(api, recordId, { chunk, neighbors })
      const toAnswer = (shown: typeof chunks, complete: boolean) => ({
        ...head,
        totalChunks: total,
        complete,
        nextOffset: null,
        data: markUntrusted(head.source, { ...named, chunks: shown }),
      })
      const whole = toAnswer(chunks, true)
      return fits(whole)
        ? whole
        : toAnswer(
            chunks.filter(({ ordinal }) => ordinal === chunk),
            false,
          )
    }
    return fitAnswer(
      (limit) => {
        // The first of the lengths stands for the requested limit.
        const part = text.slice(offset, offset + (limit === 8_000 ? maxChars : Math.min(limit, maxChars))).toWellFormed()
        const end = offset + part.length
        return {
          ...head,
          nextOffset: end < text.length ? end : null,
          data: markUntrusted(head.source, {
            ...named,
            text: part,
            fieldsJson: offset > 0 ? '' : shortenText(cleanText(JSON.stringify(record.data)), Math.min(limit, MAX_FIELDS)),
          }),
        }
      },
      (answer) => answer,
    )
  },
})

const readChunks = async (api: InletApi, recordId: string, { chunk, neighbors }: { readonly chunk: number; readonly neighbors: number }) => {
  const query = { around: chunk, limit: 2 * neighbors + 1 }
  const { total, items } = await api<RecordChunksView>({ method: 'GET', path: `/v1/records/${segment(recordId)}/chunks`, query })
  return {
    total,
    chunks: items.map(({ ordinal, start, end, headings, text }) => ({
      ordinal,
      start,
      end,
      headings: headings.map(cleanText),
      text: cleanText(text),
    })),
  }
}
