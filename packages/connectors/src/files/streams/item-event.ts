import type { Caveat, Failure, RecordKey, RejectedRecord } from '@inlet/connector-sdk'
import type { Content } from '../content/content.js'
import type { Document } from '../formats/document.js'
import type { RowEvent } from '../formats/row-event.js'
import type { Format } from '../settings.js'
import { createContentCaveats, documentCaveats } from './content-caveats.js'

/** `file`: the key of the item, or of the file in an archive, that it concerns. */
export type ItemEvent = { readonly file: string } & (
  | { readonly rows: readonly RowEvent[] }
  | { readonly document: Document; readonly name: string; readonly format: Format }
  | { readonly failure: Failure }
  | { readonly caveats: readonly Caveat[] }
)

export interface ReadItemOptions {
  /** The stream that reads; an item of the other stream is left alone. Absent: its owner. */
  readonly owner?: 'rows' | 'documents'
  readonly signal: AbortSignal
}

/** Yields the rows of some content, and its caveats. */
export async function* rowsOf(content: Content, file: string): AsyncGenerator<ItemEvent, void, void> {
  const caveats = createContentCaveats(content, file)
  for await (const rows of content.rows()) {
    const found = caveats.take(false)
    if (found.length > 0) yield { file, caveats: found }
    if (rows.length > 0) yield { file, rows }
  }
  yield { file, caveats: caveats.take(true) }
}

/** Yields the document of some content, and its caveats. */
export async function* documentOf(content: Content, file: string, name: string): AsyncGenerator<ItemEvent, void, void> {
  const document = await content.document()
  yield { file, name, format: content.format, document }
  yield { file, caveats: [...documentCaveats(document, file), ...createContentCaveats(content, file).take(true)] }
}

/** The quarantine entry of a whole file that could not be read. `key`: of its record, or for rows the part of their keys that they share. */
export const rejectFile = (stream: string, key: RecordKey, failure: Failure): RejectedRecord => ({
  stream,
  key,
  reason: failure.reason,
  message: `${String(key)}: ${failure.message}`,
})
