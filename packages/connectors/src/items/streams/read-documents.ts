import type { Page, ReadRequest, SourceRecord } from '@inlet/connector-sdk'
import { createPagePacker, type PagePacker } from '../../parsing/page-packer.js'
import type { ItemConnection } from '../connection.js'
import { fixedFormat, ownerOf } from '../content/detect-format.js'
import type { Document } from '../formats/document.js'
import { listInBatches } from '../listing/batches.js'
import type { Item } from '../listing/item.js'
import { type FileValidator, parseValidator } from './file-validator.js'
import { readItem } from './read-item.js'
import { forgetReadings, type Reading, remember } from './reading.js'
import { rejectFile } from './rejection.js'

export const DOCUMENTS = 'documents'

/** One record a file. Its validator is the version of the file, so the record itself tells whether it has to be read again. */
export async function* readDocuments(connection: ItemConnection, { signal }: ReadRequest): AsyncGenerator<Page, void, void> {
  const listing = await connection.openListing()
  const packer = createPagePacker()
  let blind = false
  forgetReadings(connection.readings, 'documents')

  for await (const { listed, known } of listInBatches(connection, listing, { streams: [DOCUMENTS, 'files'], signal })) {
    for (const entry of listed) {
      if ('failure' in entry) {
        blind ||= entry.blind
        if (known[0]?.has(entry.key) === true && entry.failure.reason !== 'NOT_FOUND_UPSTREAM') packer.unchanged(entry.key)
        continue
      }
      const { item } = entry
      const stored = { document: known[0]?.get(item.key), file: parseValidator(known[1]?.get(item.key)) }
      const choice = choose(connection, item, stored)
      if (choice === 'unchanged' && stored.document !== undefined) packer.unchanged(item.key)
      if (choice === 'read') yield* readDocumentFile(connection, item, { packer, signal, isStored: stored.document !== undefined })
      if (packer.isFull()) yield packer.take()
      signal.throwIfAborted()
    }
  }
  yield blind ? packer.take() : { ...packer.take(), sweep: {} }
}

interface Stored {
  readonly document: string | null | undefined
  readonly file: FileValidator | null
}

const choose = (connection: ItemConnection, item: Item, { document, file }: Stored): 'read' | 'unchanged' | 'not-mine' => {
  const { config } = connection.ctx
  const format = fixedFormat(item.name, config)
  if (format !== null && ownerOf(format, config) === 'rows') return 'not-mine'
  if (document === item.signature) return 'unchanged'
  if (file === null || file.signature !== item.signature) return 'read'
  if (format === null && file.owner === 'rows') return 'not-mine'
  return file.owner === 'broken' ? 'unchanged' : 'read'
}

interface DocumentFileOptions {
  readonly packer: PagePacker
  readonly signal: AbortSignal
  readonly isStored: boolean
}

async function* readDocumentFile(connection: ItemConnection, item: Item, options: DocumentFileOptions): AsyncGenerator<Page, void, void> {
  const { packer, signal, isStored } = options
  const reader = readItem(connection, item, { owner: 'documents', signal })
  let document: Document | undefined
  let step = await reader.next()
  for (; step.done !== true; step = await reader.next()) {
    const event = step.value
    if ('document' in event) document = event.document
    if ('failure' in event && event.failure.reason !== 'NOT_FOUND_UPSTREAM') {
      packer.reject(rejectFile(DOCUMENTS, item.key, event.failure))
      // The last good version stays rather than nothing.
      if (isStored) packer.unchanged(item.key)
    }
  }
  const reading = step.value
  if (reading === null) return
  remember(connection.readings, item.key, reading)
  if (document === undefined || reading.problem !== undefined) return
  const size = document.text.length * (reading.format === 'json' ? 2 : 1) + item.key.length + 500
  if (packer.isFull(size)) yield packer.take()
  packer.record(toRecord(item, document, reading), size)
}

const toRecord = (item: Item, document: Document, { format, signature }: Reading): SourceRecord => ({
  stream: DOCUMENTS,
  key: item.key,
  kind: 'document',
  title: document.title ?? item.name,
  text: document.text,
  data: { path: item.key, name: item.name, format, ...document.data },
  ...(signature === null ? {} : { validator: signature }),
})
