import { type Cursor, Failure } from '@inlet/connector-sdk'
import { z } from 'zod'
import type { IncrementalSpec } from '../config.js'
import { createScale, type Place } from './scale.js'

const storedSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('field'), value: z.union([z.number(), z.string()]), integer: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('since'), value: z.number() }),
  z.strictObject({ kind: z.literal('pageToken'), token: z.string().min(1).max(4_096) }),
])
/** A committed position of an `api` stream. */
export type StoredCursor = z.output<typeof storedSchema>

/**
 * Parses a committed cursor. Throws CURSOR_INVALID if it was not made with the current settings, and
 * CURSOR_IN_FUTURE if its time is after `latestMs`.
 */
export const parseCursor = (cursor: Cursor, spec: IncrementalSpec, latestMs: number): StoredCursor => {
  const parsed = storedSchema.safeParse(cursor)
  if (!parsed.success || parsed.data.kind !== spec.kind)
    throw new Failure('CURSOR_INVALID', 'the saved position does not fit the incremental setting')
  const { data } = parsed
  const isTime = data.kind === 'since' || (spec.kind === 'field' && createScale(spec.format).isTime)
  if (data.kind === 'pageToken' || !isTime) return data
  const isDate = typeof data.value === 'number' && !Number.isNaN(new Date(data.value).getTime())
  if (!isDate) throw new Failure('CURSOR_INVALID', 'the saved position is not a time')
  if (Number(data.value) > latestMs) {
    throw new Failure('CURSOR_IN_FUTURE', `the saved position ${new Date(data.value).toISOString()} is ahead of the clock`)
  }
  return data
}

/** Converts a position to its stored form, with integers beyond 2^53 as text. */
export const toFieldCursor = (place: Place): StoredCursor =>
  typeof place === 'bigint' ? { kind: 'field', value: String(place), integer: true } : { kind: 'field', value: place }

/** Returns the position of a stored field cursor. Throws CURSOR_INVALID if it claims an integer and holds none. */
export const fromFieldCursor = (stored: Extract<StoredCursor, { kind: 'field' }>): Place => {
  if (stored.integer !== true) return stored.value
  if (!/^-?\d{1,400}$/.test(String(stored.value))) throw new Failure('CURSOR_INVALID', 'the saved position is not an integer')
  return BigInt(stored.value)
}
