import { Failure, type Page, type RejectedRecord, type SourceRecord, toFailure, toFileFailure } from '@inlet/connector-sdk'
import { createYield } from '../../parsing/bytes/yield-to-loop.js'
import type { PagePacker } from '../../parsing/page-packer.js'
import type { LogConnection } from '../connection.js'
import { REQUESTS } from '../to-event.js'
import { findStart, type Start } from './find-start.js'
import { createLineBlocks } from './line-blocks.js'
import type { LogFile } from './list-logs.js'
import type { Places } from './log-cursor.js'
import { type OpenLog, openLog } from './open-log.js'
import { brokenMark, createPlaceTracker, headId, headMark, type Place } from './place.js'
import type { LineToRecord } from './read-line.js'

export interface ReadLogOptions {
  readonly places: Places
  readonly packer: PagePacker
  readonly toRecord: LineToRecord
  readonly signal: AbortSignal
}

/** A gzip file that ends too early counts as still being written if it was modified this recently. */
const BEING_WRITTEN_MS = 600_000
/** After this many lines that were filtered out, a page without records follows, so that a run that dies need not start over. */
const LINES_PER_PAGE = 200_000

/**
 * Reads the requests that were added to one log. A last line without its line break is left for the next time, except in gzip, which does not grow.
 * What is wrong with the file is rejected and does not stop the others; returns the failure that kept it from being opened, if any.
 */
export async function* readLog(connection: LogConnection, file: LogFile, options: ReadLogOptions): AsyncGenerator<Page, Failure | null, void> {
  const { packer, places, signal } = options
  const { config, files, now } = connection.ctx
  let opened = false
  const state: { start?: Start; at?: Place; version?: string } = {}
  try {
    const { handle } = await files.open(file.path)
    try {
      opened = true
      const stat = await handle.stat({ bigint: true })
      state.version = [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join('.')
      if (isReadToEnd(connection, file, state.version, places)) return null
      const log = await openLog(handle, config, signal)
      const { head } = log
      if (head === null) return null
      state.start = await findStart({ ...log, head }, places.find(headMark(head)), state.version)
      state.at = state.start.from
      if (state.start.finished) places.move(state.start.known, state.start.from)
      else
        yield* readAdded(log, file, {
          ...options,
          config,
          head,
          start: state.start,
          move: (to) => {
            places.move(state.at === state.start?.from ? (state.start?.known ?? null) : (state.at ?? null), to)
            state.at = to
          },
        })
      if (state.at !== undefined) connection.readToEnd.set(file.path, { version: state.version, place: state.at })
      return null
    } finally {
      await handle.close()
    }
  } catch (thrown) {
    const failure = thrown instanceof Failure ? thrown : toFailure(toFileFailure(thrown, file.name))
    if (signal.aborted || failure.code === 'cancelled' || failure.code === 'internal' || failure.reason === 'VALIDATION_FAILED') throw thrown
    if (failure.reason === 'NOT_FOUND_UPSTREAM') return null
    const unfinished = failure.reason === 'FILE_UNREADABLE' && now().getTime() - file.modifiedAtMs < BEING_WRITTEN_MS
    if (unfinished) return null
    // A problem in the content lasts until the file changes, so it is reported once.
    if (opened && state.version !== undefined) markBroken(file, failure, { ...options, version: state.version, at: state.at })
    else packer.reject(rejected(file, failure))
    return failure
  }
}

const rejected = (file: LogFile, failure: Failure): RejectedRecord => ({
  stream: REQUESTS,
  key: [file.name],
  reason: failure.reason,
  message: `${file.name}: ${failure.message}`,
})

const markBroken = (
  file: LogFile,
  failure: Failure,
  { places, packer, version, at }: ReadLogOptions & { readonly version: string; readonly at: Place | undefined },
): void => {
  const head = at?.head ?? headMark(headId(Buffer.from(file.name)))
  const tail = brokenMark(version)
  const known = places.find(head).find((place) => place.tail === tail)
  if (known === undefined) packer.reject(rejected(file, failure))
  places.move(known ?? null, known ?? { ...(at ?? { offset: 0, lines: 0, crc: 0 }), head, tail })
}

const isReadToEnd = ({ readToEnd }: LogConnection, file: LogFile, version: string, places: Places): boolean => {
  const known = readToEnd.get(file.path)
  if (known?.version !== version) return false
  const place = places.find(known.place.head).find(({ offset, tail }) => offset === known.place.offset && tail === known.place.tail)
  if (place === undefined) return false
  places.move(place, place)
  return true
}

interface Reading extends ReadLogOptions {
  readonly config: LogConnection['ctx']['config']
  readonly head: string
  readonly start: Start
  readonly move: (to: Place) => void
}

async function* readAdded(log: OpenLog, file: LogFile, reading: Reading): AsyncGenerator<Page, void, void> {
  const { config, head, start, packer, places, toRecord, move, signal } = reading
  const { from } = start
  const tracker = createPlaceTracker({ head: from.head, offset: from.offset, crc: from.crc, tail: start.tail })
  const blocks = createLineBlocks(from.offset, config.maxLineBytes)
  const lineOf = toRecord.of(file, head)
  const yieldToLoop = createYield()
  let lines = from.lines
  let pageLines = 0
  let beforeOverlong: Place | null = null

  const take = (outcome: SourceRecord | RejectedRecord | null, size: number): void => {
    if (outcome === null) return
    if ('reason' in outcome) packer.reject(outcome)
    else packer.record(outcome, size * 2 + 400)
  }
  const flush = async (): Promise<Page> => {
    move(tracker.place(lines))
    pageLines = 0
    return { ...packer.take(), cursor: places.cursor() }
  }

  for await (const chunk of log.bytes(from.offset)) {
    for (const block of blocks.push(chunk)) {
      if (block.kind === 'overlong') {
        beforeOverlong ??= tracker.place(lines)
        tracker.advance(block.bytes)
        if (!block.ends) continue
        beforeOverlong = null
        take(lineOf.overlong(block.start, ++lines), 0)
        continue
      }
      let done = 0
      for (const line of lineOf.split(block.bytes)) {
        take(lineOf.read(line, block.offset + line.from, ++lines), line.length)
        if (!packer.isFull() && ++pageLines < LINES_PER_PAGE) continue
        tracker.advance(block.bytes.subarray(done, line.next))
        done = line.next
        yield await flush()
        signal.throwIfAborted()
      }
      tracker.advance(block.bytes.subarray(done))
    }
    await yieldToLoop()
  }
  const rest = blocks.rest()
  if (log.gzip && rest.bytes.length > 0) {
    for (const line of lineOf.split(Buffer.concat([rest.bytes, Buffer.from('\n')]))) take(lineOf.read(line, rest.offset, ++lines), line.length)
    tracker.advance(rest.bytes)
  }
  move(beforeOverlong ?? tracker.place(lines))
}
