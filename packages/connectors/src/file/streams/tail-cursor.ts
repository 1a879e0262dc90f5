import { createHash } from 'node:crypto'
import { type Cursor, Failure } from '@inlet/connector-sdk'
import { z } from 'zod'

const MAX_BYTES = 8000

/** How far a growing file was read: offset of the next line, inode, hash of its first line. */
export interface Tail {
  readonly offset: number
  readonly ino: string
  readonly head: string
}

const cursorSchema = z.strictObject({ tails: z.record(z.string(), z.tuple([z.int().min(0), z.string(), z.string()])) })

/** Parses tails, by the mark of their file. Throws CURSOR_INVALID. */
export const parseTails = (cursor: Cursor | null): Map<string, Tail> => {
  if (cursor === null) return new Map()
  const parsed = cursorSchema.safeParse(cursor)
  if (!parsed.success) throw new Failure('CURSOR_INVALID', 'the cursor is not one of this connector with append')
  return new Map(Object.entries(parsed.data.tails).map(([mark, [offset, ino, head]]) => [mark, { offset, ino, head }]))
}

/** Throws VALIDATION_FAILED when there are more files than a cursor can hold, some 150. */
export const formatTails = (tails: ReadonlyMap<string, Tail>): Cursor => {
  const cursor = { tails: Object.fromEntries([...tails].map(([mark, { offset, ino, head }]) => [mark, [offset, ino, head]])) }
  if (JSON.stringify(cursor).length > MAX_BYTES)
    throw new Failure('VALIDATION_FAILED', `append cannot follow ${tails.size} files; narrow the paths or make more sources`, {
      field: 'config.paths',
    })
  return cursor
}

/** Returns ten characters that stand for a key in a cursor. */
export const markOf = (key: string): string => shortHash(key, 10)

export const shortHash = (content: string | Buffer, length: number): string =>
  createHash('sha256').update(content).digest('base64url').slice(0, length)
