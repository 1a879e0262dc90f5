import type { Page, ReadEnd, ReadRequest } from '@inlet/connector-sdk'
import type { ItemConnection } from '../connection.js'
import { fixedFormat, ownerOf } from '../content/detect-format.js'
import { listInBatches } from '../listing/batches.js'
import { createBlindSpots } from '../listing/blind-end.js'
import type { Item } from '../listing/item.js'
import { type FileValidator, hasRows, parseValidator } from './file-validator.js'
import { forgetReadings } from './reading.js'
import { readRowFile } from './row-file.js'
import { isDone, type PassPosition, parseRowsCursor } from './rows-cursor.js'
import { createKeySum, sweepVanished } from './vanished.js'

/** How far the clock of the file system may lag behind ours. */
const CLOCK_MARGIN_MS = 5000

/**
 * Makes one pass over all files with rows. A file is skipped if `files` says that its rows were yielded in a pass that
 * completed: only the cursor, which moves when everything before it is stored, proves that they are safe.
 */
export async function* readRows(connection: ItemConnection, request: ReadRequest): AsyncGenerator<Page, ReadEnd, void> {
  const { signal, allowMassDelete = false } = request
  const cursor = parseRowsCursor(request.cursor)
  const done = isDone(cursor) ? cursor : null
  const resumed = cursor !== null && !isDone(cursor) ? cursor : null
  const pass = done === null ? (resumed?.pass ?? 1) : done.pass + 1
  const since = resumed?.since ?? connection.ctx.now().getTime()
  const listing = await connection.openListing()
  const listedSum = createKeySum()
  const blind = createBlindSpots()
  forgetReadings(connection.readings, 'rows')

  for await (const { listed, known } of listInBatches(connection, listing, { streams: ['files'], signal })) {
    for (const entry of listed) {
      if (!('item' in entry)) {
        blind.record(entry)
        continue
      }
      const { item } = entry
      const stored = parseValidator(known[0]?.get(item.key))
      const choice = choose(connection, item, { stored, completed: pass - 1, resumed })
      if (choice !== 'not-mine') listedSum.add(item.key)
      if (choice === 'read') yield* readRowFile(connection, item, { pass, since, resumed, signal, allowMassDelete, stored })
      else if (choice === 'not-mine' && hasRows(stored)) yield { records: [], sweep: { scope: item.key } }
    }
  }

  yield* sweepVanished(connection, listing, { listed: listedSum.value(), before: done?.files ?? null, signal })
  yield { records: [], cursor: { pass, files: listedSum.value() } }
  return blind.end()
}

interface Known {
  readonly stored: FileValidator | null
  /** The last pass whose rows are all stored. */
  readonly completed: number
  readonly resumed: PassPosition | null
}

const choose = (connection: ItemConnection, item: Item, { stored, completed, resumed }: Known): 'read' | 'skip' | 'not-mine' => {
  const { config } = connection.ctx
  const format = fixedFormat(item.name, config)
  if (format !== null && ownerOf(format, config) === 'documents') return 'not-mine'
  const same = stored !== null && stored.signature === item.signature
  if (format === null && same && !hasRows(stored)) return 'not-mine'
  if (same && hasRows(stored) && stored.pass !== null && stored.pass <= completed) return 'skip'
  const handled = resumed !== null && item.position < resumed.at && item.changedAtMs < resumed.since - CLOCK_MARGIN_MS
  return handled ? 'skip' : 'read'
}
