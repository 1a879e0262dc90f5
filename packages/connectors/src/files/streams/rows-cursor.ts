import { type Cursor, Failure } from '@inlet/connector-sdk'
import { z } from 'zod'

const inPass = {
  /** Number of this pass over all files. */
  pass: z.int().min(1),
}
const positionSchema = z.strictObject({
  ...inPass,
  /** When the pass began, in ms. */
  since: z.number(),
  /** Position of the current file. */
  at: z.string(),
  /** The version of it that is being read. */
  signature: z.string(),
  /** The last of its rows that was yielded. */
  row: z.int().min(0),
})
const doneSchema = z.strictObject({
  ...inPass,
  /** Sum of the marks of all files that have rows, to check whether `files` contains them all. */
  files: z.string().regex(/^[0-9a-f]{16}$/),
})

/** The position within a pass over all files. */
export type PassPosition = z.infer<typeof positionSchema>
/** A completed pass. */
export type PassDone = z.infer<typeof doneSchema>

/** Throws CURSOR_INVALID. */
export const parseRowsCursor = (cursor: Cursor | null): PassPosition | PassDone | null => {
  if (cursor === null) return null
  const parsed = z.union([positionSchema, doneSchema]).safeParse(cursor)
  if (!parsed.success) throw new Failure('CURSOR_INVALID', 'the cursor was not written by this connector')
  return parsed.data
}

export const isDone = (cursor: PassPosition | PassDone | null): cursor is PassDone => cursor !== null && 'files' in cursor
