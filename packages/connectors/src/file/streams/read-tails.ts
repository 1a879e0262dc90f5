import type { Page, ReadEnd, ReadRequest } from '@inlet/connector-sdk'
import { createBlindSpots } from '../../files/listing/blind-end.js'
import { createPagePacker } from '../../parsing/page-packer.js'
import type { FileConnection } from '../connection.js'
import { formatTails, markOf, parseTails, type Tail } from './tail-cursor.js'
import { readTailFile } from './tail-file.js'

/** Yields what was added to growing files since the cursor. Nothing is deleted: the rows of a file that was rotated away stay. */
export async function* readTails(connection: FileConnection, request: ReadRequest): AsyncGenerator<Page, ReadEnd, void> {
  const { signal } = request
  const before = parseTails(request.cursor)
  const tails = new Map(before)
  const present = new Set<string>()
  const packer = createPagePacker()
  const blind = createBlindSpots()
  const listing = await connection.openListing()
  for await (const entry of listing.items(signal)) {
    // What cannot be listed may still be there: its position is kept.
    if (!('item' in entry)) {
      blind.record(entry)
      if (entry.blind) for (const mark of before.keys()) present.add(mark)
      present.add(markOf(entry.key))
      continue
    }
    const mark = markOf(entry.item.key)
    present.add(mark)
    const move = (tail: Tail): void => void tails.set(mark, tail)
    yield* readTailFile(connection, entry.item, { tail: before.get(mark), others: before, move, packer, cursor: () => formatTails(tails), signal })
  }
  for (const mark of tails.keys()) if (!present.has(mark)) tails.delete(mark)
  const cursor = formatTails(tails)
  if (!packer.isEmpty() || JSON.stringify(cursor) !== JSON.stringify(request.cursor)) yield { ...packer.take(), cursor }
  return blind.end()
}
