import { type Cursor, Failure } from '@inlet/connector-sdk'
import { z } from 'zod'
import type { Place } from './place.js'

const MAX_BYTES = 8000

const cursorSchema = z.strictObject({ logs: z.array(z.string().max(60)).max(1000) })
/** Head, offset, lines, checksum and tail in some 35 characters. */
const ENTRY = /^([\w-]{8}):([0-9a-z]{1,11}):([0-9a-z]{1,11}):([0-9a-z]{1,7}):(!?[\w-]{4,5})$/

/** The positions in all logs; those used last are at the end. */
export interface Places {
  /** Finds the positions in logs with this head, the farthest first. */
  find(head: string): readonly Place[]
  /** Replaces a position with a later one of the same log, or adds it. */
  move(from: Place | null, to: Place): void
  /** Throws VALIDATION_FAILED when there are more logs than a cursor can hold. */
  cursor(): Cursor
}

/** Throws CURSOR_INVALID. */
export const openPlaces = (cursor: Cursor | null): Places => {
  const places = new Map<string, Place>()
  const met = new Set<string>()
  for (const entry of parse(cursor)) places.set(entry, parseEntry(entry))
  return {
    find: (head) => [...places.values()].filter((place) => place.head === head).sort((a, b) => b.offset - a.offset),
    move(from, to) {
      if (from !== null) {
        places.delete(formatEntry(from))
        met.delete(formatEntry(from))
      }
      const entry = formatEntry(to)
      places.delete(entry)
      places.set(entry, to)
      met.add(entry)
    },
    cursor() {
      // Logs that no longer exist are forgotten when room is needed; should one come back, its records keep their identity.
      for (const entry of places.keys()) {
        if (sizeOf(places) <= MAX_BYTES) break
        if (!met.has(entry)) places.delete(entry)
      }
      if (sizeOf(places) > MAX_BYTES) throw tooMany(places.size)
      return { logs: [...places.keys()] }
    },
  }
}

const sizeOf = (places: ReadonlyMap<string, Place>): number => [...places.keys()].reduce((sum, entry) => sum + entry.length + 3, 11)

const tooMany = (count: number): Failure =>
  new Failure('VALIDATION_FAILED', `a source cannot follow ${count} log files`, {
    field: 'config.paths',
    next: 'Name fewer files, exclude old archives or set since; or create a source for each folder.',
  })

const formatEntry = ({ head, offset, lines, crc, tail }: Place): string =>
  `${head}:${offset.toString(36)}:${lines.toString(36)}:${crc.toString(36)}:${tail}`

const parse = (cursor: Cursor | null): readonly string[] => {
  if (cursor === null) return []
  const parsed = cursorSchema.safeParse(cursor)
  if (!parsed.success) throw new Failure('CURSOR_INVALID', 'the cursor was not written by this connector')
  return parsed.data.logs
}

const parseEntry = (entry: string): Place => {
  const match = ENTRY.exec(entry)
  if (match === null) throw new Failure('CURSOR_INVALID', 'the cursor was not written by this connector')
  const [, head, offset, lines, crc, tail] = match as unknown as readonly [string, string, string, string, string, string]
  return { head, offset: Number.parseInt(offset, 36), lines: Number.parseInt(lines, 36), crc: Number.parseInt(crc, 36), tail }
}
