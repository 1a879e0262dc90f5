import type { Page, ReadEnd, ReadRequest, SourceRecord } from '@inlet/connector-sdk'
import { createPagePacker } from '../../parsing/page-packer.js'
import type { ItemConnection } from '../connection.js'
import { fixedFormat } from '../content/detect-format.js'
import { listInBatches } from '../listing/batches.js'
import { createBlindSpots } from '../listing/blind-end.js'
import type { Item } from '../listing/item.js'
import { type FileValidator, formatValidator, parseValidator } from './file-validator.js'
import { rejectFile } from './item-event.js'
import { readItem } from './read-item.js'
import { type Reading, readingData } from './reading.js'

export const FILES = 'files'

/**
 * Yields one record per file, written after its rows or document. What this connection has already read is not read again; any other
 * new file is read only for its hash and number of rows, and is still read by its own stream.
 */
export async function* readFiles(connection: ItemConnection, { signal }: ReadRequest): AsyncGenerator<Page, ReadEnd, void> {
  const listing = await connection.openListing()
  const packer = createPagePacker()
  const blind = createBlindSpots()
  for await (const { listed, known } of listInBatches(connection, listing, { streams: [FILES], signal })) {
    for (const entry of listed) {
      if (packer.isFull()) yield packer.take()
      signal.throwIfAborted()
      if ('failure' in entry) {
        blind.record(entry)
        packer.reject(rejectFile(FILES, entry.key, entry.failure))
        if (known[0]?.has(entry.key) === true && entry.failure.reason !== 'NOT_FOUND_UPSTREAM') packer.unchanged(entry.key)
        continue
      }
      const { item } = entry
      const reading = connection.readings.get(item.key)
      if (reading === undefined && parseValidator(known[0]?.get(item.key))?.signature === item.signature) packer.unchanged(item.key)
      else {
        const stored = parseValidator(known[0]?.get(item.key))
        packer.record(toRecord(item, reading ?? (await examine(connection, item, signal)), stored), item.key.length * 2 + 600)
      }
    }
  }
  yield blind.any ? packer.take() : { ...packer.take(), sweep: { everyKey: true } }
  return blind.end()
}

/** Finds out what a file is, without yielding its contents. */
const examine = async (connection: ItemConnection, item: Item, signal: AbortSignal): Promise<Reading> => {
  const { config } = connection.ctx
  // A file that keeps growing would be read from its start every time.
  if (connection.growing === true) return { owner: 'rows', format: fixedFormat(item.name, config), signature: null }
  const reader = readItem(connection, item, { signal })
  let step = await reader.next()
  while (step.done !== true) step = await reader.next()
  // Without a signature it counts as unread for its own stream, which has to report what is wrong with it.
  return { ...(step.value ?? { owner: 'rows', format: null }), signature: null }
}

const toRecord = (item: Item, reading: Reading, stored: FileValidator | null): SourceRecord => ({
  stream: FILES,
  key: item.key,
  kind: 'item',
  title: item.name,
  data: {
    name: item.name,
    size: item.size,
    modifiedAt: item.modifiedAt.toISOString(),
    ...item.data,
    ...readingData(reading),
  },
  validator: formatValidator(validatorOf(item, reading, stored)),
})

const validatorOf = (
  item: Item,
  { owner, pass, documents, rows, rejected, signature, problem }: Reading,
  stored: FileValidator | null,
): FileValidator => {
  // One stream may have read an archive in this run, and the other in an earlier one.
  const earlier = owner === 'archive' && stored?.signature === item.signature ? stored : null
  return {
    owner: owner === 'documents' && problem !== undefined && signature !== null ? 'broken' : owner,
    pass: owner !== 'documents' && signature !== null ? (pass ?? earlier?.pass ?? null) : null,
    documents: owner === 'archive' && signature !== null ? (documents ?? earlier?.documents ?? null) : null,
    // Rows that were not swept are compared with again.
    rows: pass !== undefined && signature !== null && rows !== undefined ? rows + (rejected ?? 0) : (stored?.rows ?? null),
    signature: signature ?? item.signature,
  }
}
