import { massDeleteLimit, type Page } from '@inlet/connector-sdk'
import { caveatIf } from '../../parsing/caveats/caveats.js'
import { createPagePacker } from '../../parsing/page-packer.js'
import type { ItemConnection } from '../connection.js'
import type { Item } from '../listing/item.js'
import { type FileValidator, hasRows } from './file-validator.js'
import { rejectFile } from './item-event.js'
import { readItem } from './read-item.js'
import { remember } from './reading.js'
import { ROWS, toRowRecord } from './row-record.js'
import type { PassPosition } from './rows-cursor.js'

export interface RowFileOptions {
  readonly pass: number
  readonly since: number
  readonly resumed: PassPosition | null
  readonly signal: AbortSignal
  readonly allowMassDelete: boolean
  /** The file's validator in `files`. */
  readonly stored: FileValidator | null
}

/** Sorts after the position of a file and before that of any other: no name contains a smaller character. */
const BEHIND = '\u0001'

/**
 * Yields the rows of one file, then a sweep of those that are gone, unless that is most of them and nobody has confirmed it. When a pass continues partway through the same version, the
 * rows already stored are reported as unchanged, so that the sweep of this run keeps them.
 */
export async function* readRowFile(connection: ItemConnection, item: Item, options: RowFileOptions): AsyncGenerator<Page, void, void> {
  const { pass, since, resumed, signal } = options
  const { config } = connection.ctx
  const packer = createPagePacker()
  const storedRows = resumed?.at === item.position && resumed.signature === item.signature ? resumed.row : 0
  let row = 0
  const page = (): Page => ({
    ...packer.take(),
    cursor: { pass, since, at: item.position, signature: item.signature, row: Math.max(row, storedRows) },
  })

  const reader = readItem(connection, item, { owner: 'rows', signal })
  try {
    let step = await reader.next()
    for (; step.done !== true; step = await reader.next()) {
      const event = step.value
      if ('failure' in event && event.failure.reason !== 'NOT_FOUND_UPSTREAM')
        packer.reject({ ...rejectFile(ROWS, [event.file], event.failure), scope: item.key })
      if ('caveats' in event) packer.caveats(event.caveats)
      if (!('rows' in event)) continue
      for (const found of event.rows) {
        const outcome = toRowRecord(event.file, found, { config, place: found.place ?? [found.number], scope: item.key })
        if (packer.isFull('record' in outcome ? outcome.size : 0)) {
          yield page()
          signal.throwIfAborted()
        }
        row++
        if ('rejected' in outcome) {
          if (row > storedRows) packer.reject(outcome.rejected)
          // Rejected before the interruption: what is stored of it stays.
          else if (outcome.rejected.key !== undefined) packer.unchanged(outcome.rejected.key)
        } else if (row > storedRows) packer.record(outcome.record, outcome.size)
        else packer.unchanged(outcome.record.key)
      }
    }
    const reading = step.value
    if (reading === null) {
      if (hasRows(options.stored)) yield { records: [], sweep: { scope: item.key } }
      return
    }
    // Rows were reported as unchanged for the listed version; if another version was read, it must be read again.
    const certain = storedRows === 0 || reading.signature === item.signature
    const whole = certain && reading.signature !== null && reading.problem === undefined
    const before = options.stored?.rows ?? 0
    const refused = whole && !options.allowMassDelete && before - row > massDeleteLimit(before)
    if (whole) packer.caveats([caveatIf('MASS_DELETE_REFUSED', refused, `${item.key} has ${row} rows, and had ${before}`)])
    // Without a signature, the next pass reads it again.
    remember(connection.readings, item.key, { ...reading, pass, signature: certain && !refused ? reading.signature : null })
    const behind = { pass, since, at: `${item.position}${BEHIND}`, signature: '', row: 0 }
    yield { ...packer.take(), ...(whole && !refused ? { sweep: { scope: item.key } } : {}), cursor: behind }
  } finally {
    await reader.return(null)
  }
}
