import { Failure, type Reason } from '@inlet/connector-sdk'
import type { ItemConnection } from '../connection.js'
import { fixedFormat, type Owner, ownerOf } from '../content/detect-format.js'
import { type OpenText, openText } from '../content/open-text.js'
import { type Document, readDocument } from '../formats/document.js'
import type { RowEvent } from '../formats/row-event.js'
import { createRowParser } from '../formats/row-parser.js'
import type { Item, OpenItem } from '../listing/item.js'
import type { Reading } from './reading.js'

export type ItemEvent = { readonly rows: readonly RowEvent[] } | { readonly document: Document } | { readonly failure: Failure }

export interface ReadItemOptions {
  /** The stream that asks; a file of the other owner is left alone. Absent: whoever owns it. */
  readonly owner?: Owner
  readonly signal: AbortSignal
}

/** Failures that belong to the content and stay until it changes; all others are tried again. */
const LASTING: ReadonlySet<Reason> = new Set([
  'ARCHIVE_BOMB',
  'CONTENT_MISMATCH',
  'EMPTY_FILE',
  'FILE_TOO_LARGE',
  'FILE_UNREADABLE',
  'RECORD_TOO_LARGE',
  'RECORDS_PATH_NOT_FOUND',
  'RECORD_INVALID',
  'NUMBER_NOT_STORABLE',
])

/**
 * Reads one file: its rows in groups, or its document. What is wrong with the file is an event and does not stop the
 * others; only a cancelled work and defects are thrown. Returns what was learnt, or null when the other owner has it.
 */
export async function* readItem(connection: ItemConnection, item: Item, options: ReadItemOptions): AsyncGenerator<ItemEvent, Reading | null, void> {
  const { signal } = options
  const { config, log } = connection.ctx
  const found: { item?: OpenItem; text?: OpenText } = {}
  const counts = { rows: 0, rejected: 0 }
  try {
    found.item = await item.open(signal)
    found.text = await openText(found.item, item.name, config)
    const owner = ownerOf(found.text.format, config)
    if (options.owner !== undefined && owner !== options.owner) return null
    if (owner === 'documents') yield { document: await readDocument(found.text.format, found.text.pieces, config) }
    else {
      for await (const rows of parseRows(found.text, connection)) {
        signal.throwIfAborted()
        for (const row of rows) counts[row.failure === undefined ? 'rows' : 'rejected']++
        yield { rows }
      }
    }
    if (found.text.decoding.damaged()) log.warn({ file: item.key, encoding: found.text.decoding.encoding() }, 'some bytes do not fit the encoding')
    return {
      owner,
      signature: (await found.item.isUnchanged()) ? found.item.signature : null,
      format: found.text.format,
      encoding: found.text.decoding.encoding(),
      sha256: found.item.sha256(),
      ...(owner === 'rows' ? counts : {}),
    }
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof Failure) || thrown.code === 'cancelled') throw thrown
    if (connection.concernsAll(thrown)) throw thrown
    const format = found.text?.format ?? fixedFormat(item.name, config)
    const owner = format === null ? 'rows' : ownerOf(format, config)
    if (options.owner !== undefined && owner !== options.owner) return null
    yield { failure: thrown }
    const lasting = LASTING.has(thrown.reason)
    return { owner, format, problem: thrown.reason, signature: lasting && found.item !== undefined ? found.item.signature : null }
  } finally {
    await found.text?.close()
    await found.item?.close()
  }
}

async function* parseRows(text: OpenText, connection: ItemConnection): AsyncGenerator<readonly RowEvent[], void, void> {
  const parser = createRowParser(text.format, text.sample, connection.ctx.config)
  for await (const piece of text.pieces) {
    const rows = parser.push(piece)
    if (rows.length > 0) yield rows
  }
  const last = parser.end()
  if (last.length > 0) yield last
}
