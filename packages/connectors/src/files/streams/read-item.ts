import { Failure, type Reason } from '@inlet/connector-sdk'
import type { ItemConnection } from '../connection.js'
import type { Content } from '../content/content.js'
import { concerns, fixedFormat, type Owner, ownerOf } from '../content/detect-format.js'
import { openContent } from '../content/open-content.js'
import type { Item, OpenItem } from '../listing/item.js'
import { documentOf, type ItemEvent, type ReadItemOptions, rowsOf } from './item-event.js'
import { type MemberCounts, readMembers } from './read-members.js'
import type { Reading } from './reading.js'

/** Failures of the content itself, which last until it changes; all others are retried. */
const LASTING: ReadonlySet<Reason> = new Set([
  'ARCHIVE_BOMB',
  'ARCHIVE_NESTED',
  'ARCHIVE_UNSAFE_ENTRY',
  'CONTENT_MISMATCH',
  'EMPTY_FILE',
  'FILE_TOO_LARGE',
  'FILE_UNREADABLE',
  'RECORD_TOO_LARGE',
  'RECORDS_PATH_NOT_FOUND',
  'RECORD_INVALID',
  'NUMBER_NOT_STORABLE',
  'XML_DTD_NOT_ALLOWED',
])

/** Failures of the machine that reads, not of what is read. */
const OF_THE_MACHINE: ReadonlySet<Reason> = new Set(['DISK_FULL', 'FILES_UNAVAILABLE', 'WORK_FOLDER_UNUSABLE'])

export const isLasting = ({ reason }: Failure): boolean => LASTING.has(reason)

/**
 * Reads one item: its rows in groups, its document, or the files in an archive. What is wrong with it becomes an event and does
 * not stop the others; only cancellation, defects and failures that concern all items are thrown. Returns what was learned, or null when the
 * item belongs to the other stream.
 */
export async function* readItem(connection: ItemConnection, item: Item, options: ReadItemOptions): AsyncGenerator<ItemEvent, Reading | null, void> {
  const { signal } = options
  const { config, log, workDir } = connection.ctx
  const found: { item?: OpenItem; content?: Content } = {}
  const counts = { rows: 0, rejected: 0 }
  const inside = { files: 0, documents: 0 }
  try {
    found.item = await item.open(signal)
    const tools = { config, processes: connection.processes, workDir, signal }
    found.content = await openContent({ name: item.name, bytes: found.item.bytes, item: found.item }, tools)
    const { content } = found
    const { owner, format } = content
    if (options.owner !== undefined && !concerns(owner, options.owner)) return null
    if (owner === 'archive') yield* counting(readMembers(content, item, { ...options, tools, counts: inside }), counts, signal)
    if (owner === 'documents') yield* documentOf(content, item.key, item.name)
    if (owner === 'rows') yield* counting(rowsOf(content, item.key), counts, signal)
    for (const { summary, guesses } of content.layouts?.() ?? []) if (summary !== '') log.debug({ file: item.key, guesses }, summary)
    if (content.damaged?.() === true) log.warn({ file: item.key, encoding: content.encoding?.() }, 'some bytes do not fit the encoding')
    if (content.readsAll) await readRest(found.item)
    return {
      owner,
      signature: (await found.item.isUnchanged()) ? found.item.signature : null,
      format,
      ...(content.encoding === undefined ? {} : { encoding: content.encoding() }),
      ...(content.readsAll ? { sha256: found.item.sha256() } : {}),
      ...(owner === 'documents' || (owner === 'archive' && options.owner === 'documents') ? {} : counts),
      ...membersOf(owner, inside, options),
    }
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof Failure) || thrown.code === 'cancelled') throw thrown
    // Without a disk or a folder no other item could be read either.
    if (OF_THE_MACHINE.has(thrown.reason) || connection.concernsAll(thrown)) throw thrown
    const format = found.content?.format ?? fixedFormat(item.name, config)
    const owner = format === null ? 'rows' : ownerOf(format, config)
    if (options.owner !== undefined && !concerns(owner, options.owner)) return null
    // For an archive as a whole, the stream of rows reports what is wrong.
    if (owner !== 'archive' || options.owner !== 'documents') yield { file: item.key, failure: thrown }
    const members = membersOf(owner, inside, options)
    return {
      owner,
      format,
      ...members,
      problem: thrown.reason,
      signature: isLasting(thrown) && found.item !== undefined ? found.item.signature : null,
    }
  } finally {
    await found.content?.close()
    await found.item?.close()
  }
}

/** Only the stream that reads the documents knows their number. */
const membersOf = (owner: Owner, { files, documents }: MemberCounts, asked: ReadItemOptions): Partial<MemberCounts> => {
  if (owner !== 'archive') return {}
  return asked.owner === 'rows' ? { files } : { files, documents }
}

async function* counting(
  events: AsyncIterable<ItemEvent>,
  counts: { rows: number; rejected: number },
  signal: AbortSignal,
): AsyncGenerator<ItemEvent, void, void> {
  for await (const event of events) {
    signal.throwIfAborted()
    if ('rows' in event) for (const row of event.rows) counts[row.failure === undefined ? 'rows' : 'rejected']++
    yield event
  }
}

/** A format with random access has left bytes unread that belong to its hash. */
const readRest = async (item: OpenItem): Promise<void> => {
  if (item.handle !== undefined) for await (const _chunk of item.bytes) void 0
}
