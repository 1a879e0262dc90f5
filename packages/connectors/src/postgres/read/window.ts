import { Failure } from '@inlet/connector-sdk'
import type { RowPosition } from '../../sql/read/saved-cursor.js'
import { CLOCK_TOLERANCE_SECONDS, SETTLED_AFTER_SECONDS, type Window } from '../../sql/read/window.js'
import type { PostgresConfig } from '../config.js'
import type { CursorKind } from '../plan/cursor-kind.js'
import type { PostgresPlan } from '../plan/postgres-plan.js'
import { toPgFailure } from '../session/pg-failure.js'
import type { Session } from '../session/session.js'
import { quoteName } from '../sql/quote.js'
import type { SourceClock } from './source-clock.js'

type Settings = Pick<PostgresConfig, 'overlapSeconds' | 'overlapIds' | 'timeZone'>

/** How a point in time of the source reads in the cursor's type, and how its values are moved. */
const SQL_OF: Record<Exclude<CursorKind, 'integer'>, { readonly type: string; readonly local: (instant: string) => string; readonly end: string }> = {
  timestamptz: { type: 'pg_catalog.timestamptz', local: (instant) => instant, end: '$1::pg_catalog.timestamptz' },
  timestamp: { type: 'pg_catalog.timestamp', local: (instant) => `(${instant} AT TIME ZONE $5::pg_catalog.text)`, end: '$1::pg_catalog.timestamp' },
  // A date goes on receiving rows until it is over.
  date: {
    type: 'pg_catalog.date',
    local: (instant) => `(${instant} AT TIME ZONE $5::pg_catalog.text)::pg_catalog.date`,
    end: '($1::pg_catalog.date + 1)::pg_catalog.timestamp',
  },
}

const timeSql = (kind: Exclude<CursorKind, 'integer'>): string => {
  const { type, local, end } = SQL_OF[kind]
  const plain = kind === 'timestamptz' ? type : 'pg_catalog.timestamp'
  const overlap = 'pg_catalog.make_interval(secs => $6::pg_catalog.float8)'
  return `SELECT ${local('$4::pg_catalog.timestamptz')}::pg_catalog.text,
    $1::${type} > ${local(`($3::pg_catalog.timestamptz + pg_catalog.make_interval(secs => ${CLOCK_TOLERANCE_SECONDS}))`)},
    ${end} <= $2::${type}::${plain} - ${overlap} - pg_catalog.make_interval(secs => ${SETTLED_AFTER_SECONDS}),
    (($1::${type}::${plain} - ${overlap})::${type})::pg_catalog.text${kind === 'timestamptz' ? ', $5::pg_catalog.text' : ''}`
}

/**
 * How far an incremental read goes back behind its saved position, and up to where it may move it, by the clock of the
 * source. Throws CURSOR_IN_FUTURE, or CURSOR_INVALID for a value that the column cannot hold.
 */
export const findWindow = async (
  session: Session,
  plan: PostgresPlan,
  { saved, clock, config }: { readonly saved: RowPosition | null; readonly clock: SourceClock; readonly config: Settings },
): Promise<Window> => {
  if (plan.cursor?.kind === 'integer') return { overlapFrom: await integerOverlap(session, plan, saved, config), to: null }
  const kind = plan.cursor?.kind ?? 'timestamptz'
  // Local time repeats an hour when summer time ends.
  const repeated = kind === 'timestamp' && config.timeZone !== 'UTC' ? 3600 : 0
  const values = [saved?.v ?? null, saved?.h ?? null, clock.now, clock.horizon, config.timeZone, String(config.overlapSeconds + repeated)]
  const [row] = await asCursorFailure(plan, session.query(timeSql(kind), values))
  const [horizon = null, future, settled, lower] = row ?? []
  if (saved === null) return { overlapFrom: null, to: horizon }
  if (future === 't') {
    throw new Failure('CURSOR_IN_FUTURE', `the cursor of ${plan.stream} stands at ${saved.v}, ahead of the clock of the source (${clock.now})`)
  }
  return { overlapFrom: settled === 't' || config.overlapSeconds === 0 ? null : (lower ?? null), to: horizon }
}

const integerOverlap = async (session: Session, plan: PostgresPlan, saved: RowPosition | null, { overlapIds }: Settings): Promise<string | null> => {
  if (saved === null) return null
  if (!/^-?\d{1,19}$/.test(saved.v)) throw new Failure('CURSOR_INVALID', `the cursor of ${plan.stream} is not a whole number`)
  const column = quoteName(plan.columns[plan.cursor?.at ?? -1]?.name ?? '')
  const [row] = await session.query(`SELECT pg_catalog.max(${column})::pg_catalog.text, pg_catalog.min(${column})::pg_catalog.text FROM ${plan.from}`)
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

const asCursorFailure = async <T>(plan: PostgresPlan, work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    const failure = toPgFailure(error, { doing: `reading the cursor of ${plan.stream}` })
    if (failure.reason !== 'UPSTREAM_INVALID') throw error
    throw new Failure('CURSOR_INVALID', `the cursor of ${plan.stream} does not fit its column`, { cause: error })
  }
}
