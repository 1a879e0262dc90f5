import { Failure } from '@inlet/connector-sdk'
import type { RowPosition } from '../../sql/read/saved-cursor.js'
import { CLOCK_TOLERANCE_SECONDS, SETTLED_AFTER_SECONDS, type Window } from '../../sql/read/window.js'
import type { MysqlConfig } from '../config.js'
import { type CursorKind, LEAST } from '../plan/cursor-kind.js'
import type { MysqlPlan } from '../plan/mysql-plan.js'
import type { Session } from '../session/session.js'
import { quoteName } from '../sql/literal.js'
import type { SourceClock } from './source-clock.js'
import { floorMod, formatMicros, MICROS_PER_DAY, MICROS_PER_SECOND, type Micros, parseMicros, toLocal } from './time-text.js'

type Settings = Pick<MysqlConfig, 'overlapSeconds' | 'overlapIds' | 'timeZone'>

interface WindowOptions {
  readonly saved: RowPosition | null
  readonly clock: SourceClock
  readonly config: Settings
}

/**
 * How far an incremental read goes back behind its saved position, and up to where it may move it, by the clock of the
 * source. Throws CURSOR_IN_FUTURE, or CURSOR_INVALID for a value that the column cannot hold.
 */
export const findWindow = async (session: Session, plan: MysqlPlan, options: WindowOptions): Promise<Window> => {
  const kind = plan.cursor?.kind ?? 'timestamp'
  if (kind === 'integer') return { overlapFrom: await integerOverlap(session, plan, options), to: null }
  return timeWindow(plan.stream, kind, options)
}

/** The window of a point in time; pure. */
export const timeWindow = (stream: string, kind: Exclude<CursorKind, 'integer'>, { saved, clock, config }: WindowOptions): Window => {
  const local = (instant: Micros): Micros => (kind === 'timestamp' ? instant : toLocal(instant, config.timeZone))
  const write = (micros: Micros): string => (kind === 'date' ? formatMicros(micros).slice(0, 10) : formatMicros(micros))
  const to = write(local(clock.horizon))
  if (saved === null) return { overlapFrom: null, to }
  const value = parseMicros(saved.v)
  const reached = saved.h === null ? null : parseMicros(saved.h)
  if (value === null || (saved.h !== null && reached === null)) throw new Failure('CURSOR_INVALID', `the cursor of ${stream} does not fit its column`)
  if (value > local(clock.now + BigInt(CLOCK_TOLERANCE_SECONDS) * MICROS_PER_SECOND)) {
    throw new Failure(
      'CURSOR_IN_FUTURE',
      `the cursor of ${stream} stands at ${saved.v}, ahead of the clock of the source (${formatMicros(clock.now)} UTC)`,
    )
  }
  // Local time repeats an hour when summer time ends.
  const repeated = kind === 'datetime' && config.timeZone !== 'UTC' ? 3600 : 0
  const overlap = BigInt(config.overlapSeconds + repeated) * MICROS_PER_SECOND
  // A date goes on receiving rows until it is over.
  const end = kind === 'date' ? value + MICROS_PER_DAY : value
  const settled = reached !== null && end <= reached - overlap - BigInt(SETTLED_AFTER_SECONDS) * MICROS_PER_SECOND
  if (settled || config.overlapSeconds === 0) return { overlapFrom: null, to }
  const back = value - overlap
  const lower = kind === 'date' ? back - floorMod(back, MICROS_PER_DAY) : back
  const least = parseMicros(LEAST[kind]) ?? lower
  return { overlapFrom: write(lower > least ? lower : least), to }
}

const integerOverlap = async (session: Session, plan: MysqlPlan, { saved, config: { overlapIds } }: WindowOptions): Promise<string | null> => {
  if (saved === null) return null
  if (!/^-?\d{1,20}$/.test(saved.v)) throw new Failure('CURSOR_INVALID', `the cursor of ${plan.stream} is not a whole number`)
  const column = `t.${quoteName(plan.columns[plan.cursor?.at ?? -1]?.name ?? '')}`
  const [row] = await session.query(`SELECT MAX(${column}), MIN(${column}) FROM ${plan.from}`)
  const [largest, smallest] = row ?? []
  if (largest == null || smallest == null) return null
  const overlap = BigInt(overlapIds)
  if (BigInt(saved.v) > BigInt(largest) + overlap) {
    throw new Failure(
      'CURSOR_IN_FUTURE',
      `the cursor of ${plan.stream} stands at ${saved.v}, but the largest value is ${largest}; was the table emptied?`,
    )
  }
  // Not below the smallest value, which keeps the bound inside the range of the column's type.
  const lower = BigInt(saved.v) - overlap
  return overlapIds === 0 ? null : String(lower > BigInt(smallest) ? lower : BigInt(smallest))
}
