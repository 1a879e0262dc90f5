import { type Cursor, Failure } from '@inlet/connector-sdk'
import { z } from 'zod'

/** What is being read of one repository over several pages of a list that does not change: its next page. */
export interface Backfill {
  readonly id: number
  readonly page: number
  /** The position once it is finished. */
  readonly reaches: string
  /** Commits: where the list ends, and where it starts if it is a comparison. */
  readonly head?: string | undefined
  readonly base?: string | undefined
}

/**
 * How far a stream is stored, by repository. A cursor has 8 KiB, so each repository gets a text of fixed width: 6 characters of id
 * and at most 20 of position, 26 × 300 = 7,800.
 */
export interface Positions {
  get(id: number): string | undefined
  set(id: number, position: string): void
  backfill: Backfill | undefined
  cursor(): Cursor
}

export const MAX_REPOSITORIES = 300
const ID = 6

const schema = z.strictObject({
  width: z.int().min(1).max(20),
  positions: z.string().regex(/^[\w-]*$/),
  backfill: z
    .strictObject({
      id: z.int().min(1),
      page: z.int().min(1),
      reaches: z.string().regex(/^[\w-]{1,20}$/),
      head: z.string().optional(),
      base: z.string().optional(),
    })
    .optional(),
})

/** Throws CURSOR_INVALID for a cursor that this stream has not written. Drops repositories that are no longer read. */
export const openPositions = (cursor: Cursor | null, width: number, ids: readonly number[]): Positions => {
  const { stored, backfill } = parse(cursor, width)
  const named = new Set(ids)
  for (const id of stored.keys()) if (!named.has(id)) stored.delete(id)
  return {
    backfill: backfill !== undefined && named.has(backfill.id) ? backfill : undefined,
    get: (id) => stored.get(id),
    set: (id, position) => void stored.set(id, position),
    cursor() {
      const positions = [...stored]
        .sort(([a], [b]) => a - b)
        .map(([id, position]) => packNumber(id, ID) + position)
        .join('')
      const { backfill: under } = this
      return { width, positions, ...(under === undefined ? {} : { backfill: Object.fromEntries(Object.entries(under)) }) }
    },
  }
}

const parse = (cursor: Cursor | null, width: number): { readonly stored: Map<number, string>; readonly backfill?: Backfill | undefined } => {
  if (cursor === null) return { stored: new Map() }
  const parsed = schema.safeParse(cursor)
  const one = ID + width
  if (!parsed.success || parsed.data.width !== width || parsed.data.positions.length % one !== 0)
    throw new Failure('CURSOR_INVALID', 'the cursor does not belong to this stream')
  const { positions, backfill } = parsed.data
  const entries = positions.match(new RegExp(`.{${one}}`, 'g')) ?? []
  return { stored: new Map(entries.map((entry) => [unpackNumber(entry.slice(0, ID)), entry.slice(ID)])), backfill }
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Encodes a whole number in `width` characters of 6 bits each. */
export const packNumber = (value: number, width: number): string => {
  let text = ''
  for (let rest = value; text.length < width; rest = Math.floor(rest / 64)) text = `${DIGITS[rest % 64]}${text}`
  return text
}

export const unpackNumber = (text: string): number => Array.from(text, (digit) => DIGITS.indexOf(digit)).reduce((sum, digit) => sum * 64 + digit, 0)
