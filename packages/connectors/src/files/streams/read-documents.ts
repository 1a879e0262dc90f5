import type { Page, ReadEnd, ReadRequest, SourceRecord } from '@inlet/connector-sdk'
import { createPagePacker, type PagePacker } from '../../parsing/page-packer.js'
import type { ItemConnection } from '../connection.js'
import { fixedFormat, ownerOf } from '../content/detect-format.js'
import { listInBatches } from '../listing/batches.js'
import { createBlindSpots } from '../listing/blind-end.js'
import type { Item } from '../listing/item.js'
import { type ArchiveDocuments, findArchiveDocuments, unchangedMembers } from './archive-documents.js'
import { type FileValidator, parseValidator } from './file-validator.js'
import { type ItemEvent, rejectFile } from './item-event.js'
import { readItem } from './read-item.js'
import { forgetReadings, remember } from './reading.js'

export const DOCUMENTS = 'documents'

/**
 * Yields one record per file, or per file in an archive. Its validator is the version of the file, so
 * the record itself says whether it must be read again.
 */
export async function* readDocuments(connection: ItemConnection, { signal }: ReadRequest): AsyncGenerator<Page, ReadEnd, void> {
  const listing = await connection.openListing()
  const packer = createPagePacker()
  const blind = createBlindSpots()
  // Counted when the first archive is found.
  let stored: ArchiveDocuments | undefined
  const unchanged = new Set<string>()
  forgetReadings(connection.readings, DOCUMENTS)

  for await (const { listed, known } of listInBatches(connection, listing, { streams: [DOCUMENTS, 'files'], signal })) {
    for (const entry of listed) {
      if ('failure' in entry) {
        blind.record(entry)
        if (entry.failure.reason !== 'NOT_FOUND_UPSTREAM') {
          if (known[0]?.has(entry.key) === true) packer.unchanged(entry.key)
          unchanged.add(entry.key)
        }
        continue
      }
      const { item } = entry
      const document = known[0]?.get(item.key)
      const file = parseValidator(known[1]?.get(item.key))
      const archive = mayBeArchive(connection, item, file)
      if (archive) stored ??= await findArchiveDocuments(connection.ctx.known)
      const choice = choose(connection, item, { document, file, members: stored?.count(item.key, item.signature) ?? 0 })
      // Includes one that could not be read and is not stored, so that its entry stays in quarantine.
      if (choice === 'unchanged') packer.unchanged(item.key)
      if (choice === 'unchanged' && archive) unchanged.add(item.key)
      if (choice === 'read') {
        const outcome = yield* readDocumentFile(connection, item, { packer, signal, isStored: document !== undefined })
        // The last good version is better than nothing.
        if (outcome === 'unread' && archive) unchanged.add(item.key)
      }
      if (packer.isFull()) yield packer.take()
      signal.throwIfAborted()
    }
  }
  if (unchanged.size > 0) yield* unchangedMembers(connection.ctx.known, unchanged, packer)
  // Of an archive that was not read, only what is stored is known.
  yield blind.any ? packer.take() : { ...packer.take(), sweep: { everyKey: unchanged.size === 0 } }
  return blind.end()
}

const mayBeArchive = ({ ctx }: ItemConnection, item: Item, file: FileValidator | null): boolean =>
  file?.owner === 'archive' || fixedFormat(item.name, ctx.config) === 'zip'

interface Stored {
  readonly document: string | null | undefined
  readonly file: FileValidator | null
  /** Documents of this version of an archive. */
  readonly members: number
}

const choose = (connection: ItemConnection, item: Item, { document, file, members }: Stored): 'read' | 'unchanged' | 'not-mine' => {
  const { config } = connection.ctx
  const format = fixedFormat(item.name, config)
  if (format !== null && ownerOf(format, config) === 'rows') return 'not-mine'
  if (document === item.signature) return 'unchanged'
  if (file === null || file.signature !== item.signature) return 'read'
  if (format === null && file.owner === 'rows') return 'not-mine'
  if (file.owner === 'archive') return file.documents === members ? 'unchanged' : 'read'
  return file.owner === 'broken' ? 'unchanged' : 'read'
}

interface DocumentFileOptions {
  readonly packer: PagePacker
  readonly signal: AbortSignal
  readonly isStored: boolean
}

/** `unread`: the file, or its rest, could not be read. */
async function* readDocumentFile(
  connection: ItemConnection,
  item: Item,
  { packer, signal, isStored }: DocumentFileOptions,
): AsyncGenerator<Page, 'read' | 'unread', void> {
  const reader = readItem(connection, item, { owner: DOCUMENTS, signal })
  // The document of a file that changed in the meantime must not carry a version; those of an archive are yielded before that is known.
  let last: DocumentEvent | undefined
  let step = await reader.next()
  try {
    for (; step.done !== true; step = await reader.next()) {
      const event = step.value
      if ('document' in event && event.file === item.key) last = event
      else if ('document' in event) yield* add(packer, toRecord(event, item.signature))
      else if ('caveats' in event) packer.caveats(event.caveats)
      else if ('failure' in event && event.failure.reason !== 'NOT_FOUND_UPSTREAM') {
        packer.reject(rejectFile(DOCUMENTS, event.file, event.failure))
        if (isStored || event.file !== item.key) packer.unchanged(event.file)
      }
    }
  } finally {
    if (step.done !== true) await reader.return(null)
  }
  const reading = step.value
  if (reading === null) return 'read'
  remember(connection.readings, item.key, reading)
  if (last !== undefined && reading.problem === undefined) yield* add(packer, toRecord(last, reading.signature))
  return reading.problem === undefined ? 'read' : 'unread'
}

function* add(packer: PagePacker, record: SourceRecord): Generator<Page, void, void> {
  const size = (record.text?.length ?? 0) * (record.data['format'] === 'json' ? 2 : 1) + String(record.key).length + 500
  if (packer.isFull(size)) yield packer.take()
  packer.record(record, size)
}

type DocumentEvent = Extract<ItemEvent, { readonly document: unknown }>

const toRecord = ({ file, name, format, document }: DocumentEvent, signature: string | null): SourceRecord => ({
  stream: DOCUMENTS,
  key: file,
  kind: 'document',
  title: document.title ?? name,
  text: document.text,
  data: { path: file, name, format, ...document.data },
  ...(signature === null ? {} : { validator: signature }),
})
