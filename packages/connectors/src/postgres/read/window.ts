import { Failure } from '@inlet/connector-sdk'
import type { FindWindow } from '../../sql/dialect.js'
import type { CursorKind, StreamPlan } from '../../sql/plan/stream-plan.js'
import { wholeNumberOverlap } from '../../sql/read/whole-number-overlap.js'
import { CLOCK_TOLERANCE_SECONDS, cursorInFuture, FINAL_AFTER_SECONDS } from '../../sql/read/window.js'
import type { SqlSession } from '../../sql/session/session.js'
import type { PostgresConfig } from '../config.js'
import { quoteName } from '../plan/syntax.js'
import { toPgFailure } from '../session/pg-failure.js'
import { readClock } from './source-clock.js'

/** How a point in time of the source is expressed in the cursor's type, and how values of that type are shifted. */
const SQL_OF: Record<Exclude<CursorKind, 'integer'>, { readonly type: string; readonly local: (instant: string) => string; readonly end: string }> = {
  instant: { type: 'pg_catalog.timestamptz', local: (instant) => instant, end: '$1::pg_catalog.timestamptz' },
  local: { type: 'pg_catalog.timestamp', local: (instant) => `(${instant} AT TIME ZONE $5::pg_catalog.text)`, end: '$1::pg_catalog.timestamp' },
  // A date keeps receiving rows until it is over.
  date: {
    type: 'pg_catalog.date',
    local: (instant) => `(${instant} AT TIME ZONE $5::pg_catalog.text)::pg_catalog.date`,
    end: '($1::pg_catalog.date + 1)::pg_catalog.timestamp',
  },
}

const timeSql = (kind: Exclude<CursorKind, 'integer'>): string => {
  const { type, local, end } = SQL_OF[kind]
  const plain = kind === 'instant' ? type : 'pg_catalog.timestamp'
  const overlap = 'pg_catalog.make_interval(secs => $6::pg_catalog.float8)'
  return `SELECT ${local('$4::pg_catalog.timestamptz')}::pg_catalog.text,
    $1::${type} > ${local(`($3::pg_catalog.timestamptz + pg_catalog.make_interval(secs => ${CLOCK_TOLERANCE_SECONDS}))`)},
    ${end} <= $2::${type}::${plain} - ${overlap} - pg_catalog.make_interval(secs => ${FINAL_AFTER_SECONDS}),
    (($1::${type}::${plain} - ${overlap})::${type})::pg_catalog.text${kind === 'instant' ? ', $5::pg_catalog.text' : ''}`
}

/** Reads the source's clock, which determines how far an incremental read goes back behind its saved position and how far it may advance it. */
export const readWindowClock = async (session: SqlSession<number>, config: PostgresConfig): Promise<FindWindow<number>> => {
  const clock = await readClock(session, config)
  return async (plan, saved) => {
    const { stream, cursor } = plan
    const kind = cursor?.kind ?? 'instant'
    if (kind === 'integer') {
      const { overlapIds } = config
      return { overlapFrom: await wholeNumberOverlap(session, { stream, saved, extremes: extremesSql(plan), overlapIds }), to: null }
    }
    // Local time repeats an hour when daylight saving time ends.
    const repeated = kind === 'local' && config.timeZone !== 'UTC' ? 3600 : 0
    const values = [saved?.v ?? null, saved?.h ?? null, clock.now, clock.horizon, config.timeZone, String(config.overlapSeconds + repeated)]
    const [row] = await asCursorFailure(stream, session.query(timeSql(kind), values))
    const [horizon = null, future, final, lower] = row ?? []
    if (saved === null) return { overlapFrom: null, to: horizon }
    if (future === 't') throw cursorInFuture(stream, saved.v, clock.now)
    return { overlapFrom: final === 't' || config.overlapSeconds === 0 ? null : (lower ?? null), to: horizon }
  }
}

const extremesSql = ({ columns, cursor, from }: StreamPlan<number>): string => {
  const column = quoteName(columns[cursor?.at ?? -1]?.name ?? '')
  return `SELECT pg_catalog.max(${column})::pg_catalog.text, pg_catalog.min(${column})::pg_catalog.text FROM ${from}`
}

const asCursorFailure = async <T>(stream: string, work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    const failure = toPgFailure(error, { doing: `reading the cursor of ${stream}` })
    if (failure.reason !== 'UPSTREAM_INVALID') throw error
    throw new Failure('CURSOR_INVALID', `the cursor of ${stream} does not fit its column`, { cause: error })
  }
}
