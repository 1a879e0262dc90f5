import { type Cursor, Failure } from '@inlet/connector-sdk'

/** The next offset to read, by partition. */
export type Positions = ReadonlyMap<number, number>

const OFFSET = /^[0-9a-z]{1,11}$/

/**
 * Encodes the offsets in base 36, in the order of the partitions: a thousand partitions with a billion messages each fit into the 8 KiB of a
 * cursor. Empty for a partition without a position.
 */
export const toCursor = (positions: Positions): Cursor => {
  const count = Math.max(-1, ...positions.keys()) + 1
  return { v: 1, next: Array.from({ length: count }, (_, partition) => positions.get(partition)?.toString(36) ?? '').join() }
}

/** Returns null for the first read. Throws CURSOR_INVALID for what toCursor did not write. */
export const parseCursor = (cursor: Cursor | null): Map<number, number> | null => {
  if (cursor === null) return null
  const { v, next } = (typeof cursor === 'object' ? cursor : {}) as { readonly v?: unknown; readonly next?: unknown }
  if (v !== 1 || typeof next !== 'string') throw new Failure('CURSOR_INVALID', 'the cursor was not written by this connector')
  const positions = new Map<number, number>()
  for (const [partition, text] of next.split(',').entries()) {
    if (text === '') continue
    const offset = Number.parseInt(text, 36)
    if (!OFFSET.test(text) || !Number.isSafeInteger(offset))
      throw new Failure('CURSOR_INVALID', `the cursor has no offset for partition ${partition}`)
    positions.set(partition, offset)
  }
  return positions
}
