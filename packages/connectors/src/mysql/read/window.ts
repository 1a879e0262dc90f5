import { Failure } from '@inlet/connector-sdk'
import type { FindWindow } from '../../sql/dialect.js'
import type { CursorKind, StreamPlan } from '../../sql/plan/stream-plan.js'
import type { RowPosition } from '../../sql/read/saved-cursor.js'
import { wholeNumberOverlap } from '../../sql/read/whole-number-overlap.js'
import { CLOCK_TOLERANCE_SECONDS, cursorInFuture, FINAL_AFTER_SECONDS, type Window } from '../../sql/read/window.js'
import type { SqlSession } from '../../sql/session/session.js'
import type { MysqlConfig } from '../config.js'
import { LEAST } from '../plan/syntax.js'
import { quoteName } from '../sql/literal.js'
import type { ColumnType } from '../values/column-type.js'
import { readClock, type SourceClock } from './source-clock.js'
import { floorMod, formatMicros, MICROS_PER_DAY, MICROS_PER_SECOND, type Micros, parseMicros, toLocal } from './time-text.js'

type Settings = Pick<MysqlConfig, 'overlapSeconds' | 'timeZone'>

interface WindowOptions {
  readonly saved: RowPosition | null
  readonly clock: SourceClock
  readonly config: Settings
}

/** Reads the source's clock, which determines how far an incremental read goes back behind its saved position and how far it may advance it. */
export const readWindowClock = async (session: SqlSession<ColumnType>, config: MysqlConfig): Promise<FindWindow<ColumnType>> => {
  const clock = await readClock(session, config)
  return async (plan, saved) => {
    const { stream, cursor } = plan
    const kind = cursor?.kind ?? 'instant'
    if (kind !== 'integer') return timeWindow(stream, kind, { saved, clock, config })
    const { overlapIds } = config
    return { overlapFrom: await wholeNumberOverlap(session, { stream, saved, extremes: extremesSql(plan), overlapIds }), to: null }
  }
}

const extremesSql = ({ columns, cursor, from }: StreamPlan<ColumnType>): string => {
  const column = `t.${quoteName(columns[cursor?.at ?? -1]?.name ?? '')}`
  return `SELECT MAX(${column}), MIN(${column}) FROM ${from}`
}

/** Returns the window at a point in time. Pure. */
export const timeWindow = (stream: string, kind: Exclude<CursorKind, 'integer'>, { saved, clock, config }: WindowOptions): Window => {
  const local = (instant: Micros): Micros => (kind === 'instant' ? instant : toLocal(instant, config.timeZone))
  const write = (micros: Micros): string => (kind === 'date' ? formatMicros(micros).slice(0, 10) : formatMicros(micros))
  const to = write(local(clock.horizon))
  if (saved === null) return { overlapFrom: null, to }
  const value = parseMicros(saved.v)
  const reached = saved.h === null ? null : parseMicros(saved.h)
  if (value === null || (saved.h !== null && reached === null)) throw new Failure('CURSOR_INVALID', `the cursor of ${stream} does not fit its column`)
  if (value > local(clock.now + BigInt(CLOCK_TOLERANCE_SECONDS) * MICROS_PER_SECOND))
    throw cursorInFuture(stream, saved.v, `${formatMicros(clock.now)} UTC`)
  // Local time repeats an hour when daylight saving time ends.
  const repeated = kind === 'local' && config.timeZone !== 'UTC' ? 3600 : 0
  const overlap = BigInt(config.overlapSeconds + repeated) * MICROS_PER_SECOND
  // A date keeps receiving rows until it is over.
  const end = kind === 'date' ? value + MICROS_PER_DAY : value
  const final = reached !== null && end <= reached - overlap - BigInt(FINAL_AFTER_SECONDS) * MICROS_PER_SECOND
  if (final || config.overlapSeconds === 0) return { overlapFrom: null, to }
  const back = value - overlap
  const lower = kind === 'date' ? back - floorMod(back, MICROS_PER_DAY) : back
  const least = parseMicros(LEAST[kind]) ?? lower
  return { overlapFrom: write(lower > least ? lower : least), to }
}
