import { type Cursor, Failure } from '@inlet/connector-sdk'
import { z } from 'zod'

/** A read of a channel in progress, from its newest message at the time downwards. */
export interface Descent {
  readonly id: string
  /** Where it began, and the position once it is finished. */
  readonly top: string
  /** Its oldest stored message. */
  readonly down: string
  /** Where it ends. */
  readonly floor: string
}

/** Up to which message each channel is stored. At most 23 characters a channel, 6.9 KiB for 300. */
export interface Positions {
  get(id: string): string | undefined
  set(id: string, ts: string): void
  descent: Descent | undefined
  /** How many reads have visited threads. */
  visits: number
  /** Whether this one has. */
  visiting: boolean
  cursor(): Cursor
}

export const MAX_CHANNELS = 300
const TS = /^\d{1,12}\.\d{1,6}$/
/** Tolerance for clock differences; a position further ahead was never read. */
const AHEAD_SECONDS = 300

const ts = z.string().regex(TS)
const schema = z.strictObject({
  channels: z.string().regex(/^(?:[A-Z0-9]{1,40}:[a-z0-9]{1,12}(?:,|$))*$/),
  visits: z.int().min(0).optional(),
  descent: z.strictObject({ id: z.string(), top: ts, down: ts, floor: ts }).optional(),
})

/** Throws CURSOR_INVALID and CURSOR_IN_FUTURE. */
export const openPositions = (cursor: Cursor | null, now: Date): Positions => {
  const parsed = schema.safeParse(cursor ?? { channels: '' })
  if (!parsed.success) throw new Failure('CURSOR_INVALID', 'the cursor was not written by this connector')
  const { channels, descent, visits = 0 } = parsed.data
  const entries = channels.split(',').filter((entry) => entry !== '')
  const stored = new Map(
    entries.map((entry) => {
      const [id = '', at = ''] = entry.split(':')
      return [id, fromMicros(Number.parseInt(at, 36))]
    }),
  )
  const latest = Math.max(0, ...[...stored.values(), ...(descent === undefined ? [] : [descent.top])].map(Number))
  if (latest > now.getTime() / 1000 + AHEAD_SECONDS)
    throw new Failure('CURSOR_IN_FUTURE', `the cursor is at ${new Date(latest * 1000).toISOString()}, which is in the future`)
  return {
    descent,
    visits,
    visiting: false,
    get: (id) => stored.get(id),
    set: (id, at) => void stored.set(id, at),
    cursor() {
      const list = [...stored].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, at]) => `${id}:${toMicros(at).toString(36)}`)
      return {
        channels: list.join(','),
        ...(this.visits === 0 ? {} : { visits: this.visits }),
        ...(this.descent === undefined ? {} : { descent: { ...this.descent } }),
      }
    },
  }
}

/** Drops channels that are no longer read, to make room. */
export const keepOnly = (positions: Positions, ids: readonly string[], cursor: Cursor | null, now: Date): Positions => {
  const remaining = openPositions(null, now)
  for (const id of ids) {
    const at = positions.get(id)
    if (at !== undefined) remaining.set(id, at)
  }
  const { descent } = positions
  remaining.visits = positions.visits
  remaining.descent = descent !== undefined && cursor !== null && ids.includes(descent.id) ? descent : undefined
  return remaining
}

/** Microseconds since 1970, exact until 2255. */
export const toMicros = (at: string): number => {
  const [seconds = '0', micros = ''] = at.split('.')
  return Number(seconds) * 1_000_000 + Number(micros.padEnd(6, '0'))
}

export const fromMicros = (micros: number): string => `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, '0')}`

export const fromDate = (date: Date): string => fromMicros(date.getTime() * 1000)

export const toDate = (at: string): Date => new Date(toMicros(at) / 1000)
