import { type Cursor, Failure } from '@inlet/connector-sdk'
import { z } from 'zod'
import type { StreamPlan } from '../plan/stream-plan.js'

const texts = z.array(z.string()).max(64)
const runs = z.int().min(0).optional()

/** The position of a read in the order of cursor and key. Values are the server's own text. */
const atRow = z.strictObject({
  /** Cursor column. */
  c: z.string(),
  /** Its value. */
  v: z.string(),
  /** Key columns and their values. */
  of: texts,
  k: texts,
  /** The horizon of the read that reached it; null for whole numbers. */
  h: z.string().nullable(),
  /** Runs since the last sweep. */
  n: runs,
})
/** The position of an interrupted full read. */
const atKey = z.strictObject({ of: texts, pk: texts, n: runs })
/** A full read, or one that found no position to save, has ended: the next starts over. */
const done = z.strictObject({ done: z.literal(true), n: runs })

export type RowPosition = z.output<typeof atRow>

export interface Start {
  /** Only for streams with a cursor column. */
  readonly row: RowPosition | null
  /** Only for streams that are read in full. */
  readonly key: readonly string[] | null
  readonly runsSinceSweep: number
  /** A position was saved, but for a different cursor or key column: the read starts over. */
  readonly outdated: boolean
}

const cursorSchema = z.union([atRow, atKey, done])
const MAX_CURSOR_BYTES = 8000

/** Interprets a saved cursor for the plan. Throws CURSOR_INVALID when it does not come from this connector. */
export const parseStart = (cursor: Cursor | null, plan: StreamPlan): Start => {
  if (cursor === null) return { row: null, key: null, runsSinceSweep: 0, outdated: false }
  const parsed = cursorSchema.safeParse(cursor)
  if (!parsed.success) throw new Failure('CURSOR_INVALID', `the cursor of ${plan.stream} is not a position of this connector`)
  const { data } = parsed
  const runsSinceSweep = data.n ?? 0
  const start = { row: null, key: null, runsSinceSweep, outdated: false }
  if ('done' in data) return start
  const fits = sameNames(data.of, keyNames(plan))
  if ('v' in data && plan.cursor !== null && fits && data.k.length === data.of.length && data.c === cursorName(plan)) return { ...start, row: data }
  if ('pk' in data && plan.cursor === null && fits && data.pk.length === data.of.length && data.pk.length > 0) return { ...start, key: data.pk }
  return { ...start, outdated: true }
}

/** Returns the cursor at a row of the plan's order; undefined when it would exceed the size limit of a cursor. */
export const cursorAt = (
  plan: StreamPlan,
  position: readonly string[],
  saved: { readonly horizon: string | null; readonly n: number },
): Cursor | undefined => {
  const of = keyNames(plan)
  const n = saved.n === 0 ? {} : { n: saved.n }
  const [v = '', ...k] = position
  const cursor = plan.cursor === null ? { of, pk: position, ...n } : { c: cursorName(plan), v, of, k, h: saved.horizon, ...n }
  return Buffer.byteLength(JSON.stringify(cursor)) > MAX_CURSOR_BYTES ? undefined : cursor
}

export const doneCursor = (n: number): Cursor => ({ done: true, ...(n === 0 ? {} : { n }) })

const keyNames = (plan: StreamPlan): string[] => plan.key.map((at) => plan.columns[at]?.name ?? '')
const cursorName = (plan: StreamPlan): string => plan.columns[plan.cursor?.at ?? -1]?.name ?? ''
const sameNames = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((name, index) => name === b[index])
