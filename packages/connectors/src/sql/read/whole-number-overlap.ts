import { Failure } from '@inlet/connector-sdk'
import type { SqlSession } from '../session/session.js'
import type { RowPosition } from './saved-cursor.js'

const FORM = /^-?\d{1,20}$/

interface OverlapOptions {
  readonly stream: string
  readonly saved: RowPosition | null
  /** A SELECT of the largest and the smallest value of the cursor column. */
  readonly extremes: string
  /** How far before its cursor a read starts, in values. */
  readonly overlapIds: number
}

/** Returns where a read by a whole-number cursor starts; null: at its cursor. Throws CURSOR_IN_FUTURE or CURSOR_INVALID. */
export const wholeNumberOverlap = async (
  session: Pick<SqlSession<unknown>, 'query'>,
  { stream, saved, extremes, overlapIds }: OverlapOptions,
): Promise<string | null> => {
  if (saved === null) return null
  if (!FORM.test(saved.v) || BigInt(saved.v) < -(2n ** 63n)) throw new Failure('CURSOR_INVALID', `the cursor of ${stream} is not a whole number`)
  const [row] = await session.query(extremes)
  const [largest, smallest] = row ?? []
  if (largest == null || smallest == null) return null
  const overlap = BigInt(overlapIds)
  if (BigInt(saved.v) > BigInt(largest) + overlap)
    throw new Failure('CURSOR_IN_FUTURE', `the cursor of ${stream} is at ${saved.v}, but the largest value is ${largest}; was the table emptied?`)
  // Not below the smallest value, which keeps the bound inside the range of the column's type.
  const lower = BigInt(saved.v) - overlap
  return overlapIds === 0 ? null : String(lower > BigInt(smallest) ? lower : BigInt(smallest))
}
