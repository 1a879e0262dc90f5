import { type ConnectorLog, type Cursor, Failure, type Page, type ReadEnd } from '@inlet/connector-sdk'
import type { Database, SqlConfig } from '../dialect.js'
import { makePlan } from '../plan/make-plan.js'
import { createKeyOf, createRecordOf } from '../plan/make-record.js'
import { selectBeyondHorizon, selectKeys, selectOrdered } from '../plan/select.js'
import type { StreamPlan } from '../plan/stream-plan.js'
import { readFull } from './read-full.js'
import { readIncremental } from './read-incremental.js'
import type { RowSource } from './row-source.js'
import { parseStart } from './saved-cursor.js'

interface ReadOptions {
  readonly log: ConnectorLog
  readonly stream: string
  readonly cursor: Cursor | null
}

/** Reads one stream from a cursor to its end, in read-only transactions of the session. */
export async function* readStream<C extends SqlConfig, T>(
  database: Database<C, T>,
  { log, stream, cursor }: ReadOptions,
): AsyncGenerator<Page, ReadEnd, void> {
  const { dialect, session, config } = database
  const findWindow = await dialect.readWindowClock(session, config)
  await session.begin()
  const plan = await makePlan(database, stream, (fields, message) => log.warn({ stream, ...fields }, message))
  const start = parseStart(cursor, plan)
  if (start.outdated) log.warn({ stream }, 'the cursor or key column of the stream has changed; it is read from the beginning')
  const keyOf = createKeyOf(plan.columns, plan.key)
  const run = {
    source: createRowSource(database, plan),
    config,
    plan,
    keyOf,
    recordOf: createRecordOf(plan, keyOf),
    clock: () => performance.now(),
    count: { done: 0, limited: 0 },
    before: { key: '', row: null },
  }
  const end = plan.cursor === null ? yield* readFull(run, start) : yield* readIncremental(run, start, await findWindow(plan, start.row))
  await session.commit()
  return end
}

/** Creates the row source of a plan, over a session with an open transaction. */
const createRowSource = <C extends SqlConfig, T>({ dialect, session }: Database<C, T>, plan: StreamPlan<T>): RowSource => ({
  ordered: (bounds) => session.rows(selectOrdered(dialect.syntax, plan, bounds)),
  beyondHorizon: (horizon) => session.rows(selectBeyondHorizon(dialect.syntax, plan, horizon)),
  keys: (upTo) => session.rows(selectKeys(dialect.syntax, plan, upTo)),
  async renew() {
    await session.renew()
    const fields = await session.describe(`SELECT ${plan.columns.map((column) => dialect.syntax.name(column)).join(', ')} FROM ${plan.from}`)
    const isSame = plan.columns.every(({ type }, at) => {
      const field = fields[at]
      return field !== undefined && dialect.sameType(field.type, type)
    })
    if (isSame) return
    throw new Failure('SCHEMA_CHANGED', `a column of ${plan.stream} changed its type during the read`, {
      next: 'Nothing to do: the next try continues from here with the new type.',
    })
  },
})
