import { type Cursor, Failure } from '@inlet/connector-sdk'
import { z } from 'zod'

const objectId = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/)

/**
 * `{ branch, head, query }`: everything up to head was read. With `position`: that many entries of the difference
 * from base (null: from nothing) to head were read.
 */
const cursorSchema = z.strictObject({
  branch: z.string().max(300),
  head: objectId,
  query: z.string().max(40),
  base: objectId.nullable().optional(),
  position: z.int().min(0).optional(),
})

export type GitCursor = z.infer<typeof cursorSchema>

/** Throws CURSOR_INVALID for a cursor of another shape. */
export const parseGitCursor = (cursor: Cursor | null): GitCursor | null => {
  if (cursor === null) return null
  const result = cursorSchema.safeParse(cursor)
  if (!result.success) throw new Failure('CURSOR_INVALID', 'the cursor was not written by the git connector')
  return result.data
}

/** A stretch of work: what lies between two commits, starting at an entry. */
export interface Segment {
  /** Null: from the very beginning. */
  readonly base: string | null
  readonly head: string
  readonly position: number
}

export interface SegmentPlan {
  readonly cursor: GitCursor | null
  readonly head: string
  readonly query: string
  /** Whether the repository still contains the commit. */
  readonly exists: (id: string) => Promise<boolean>
}

/**
 * Plans what is left to read. An interrupted segment is finished first; of a rewritten head, the commits new since the
 * old one are read, or everything if the old one is gone from the repository. Changed settings start over.
 */
export const planSegments = async ({ cursor, head, query, exists }: SegmentPlan): Promise<readonly Segment[]> => {
  const since = async (base: string | null): Promise<readonly Segment[]> => {
    if (base === head) return []
    return [{ base: base !== null && (await exists(base)) ? base : null, head, position: 0 }]
  }
  if (cursor === null || cursor.query !== query) return since(null)
  if (cursor.position === undefined) return since(cursor.head)
  const base = cursor.base ?? null
  if (!(await exists(cursor.head)) || (base !== null && !(await exists(base)))) return since(base)
  const rest = { base, head: cursor.head, position: cursor.position }
  return [rest, ...(await since(cursor.head))]
}
