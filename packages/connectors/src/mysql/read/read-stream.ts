import type { ConnectorLog, Cursor, Page, ReadEnd } from '@inlet/connector-sdk'
import { createKeyOf, createRecordOf } from '../../sql/plan/make-record.js'
import { readFull } from '../../sql/read/read-full.js'
import { readIncremental } from '../../sql/read/read-incremental.js'
import { parseStart } from '../../sql/read/saved-cursor.js'
import type { MysqlConfig } from '../config.js'
import { makePlan } from '../plan/make-plan.js'
import type { Session } from '../session/session.js'
import { createRowSource } from './create-row-source.js'
import { readClock } from './source-clock.js'
import { findWindow } from './window.js'

interface ReadOptions {
  readonly config: MysqlConfig
  readonly log: ConnectorLog
  readonly stream: string
  readonly cursor: Cursor | null
}

/** Reads one stream from a cursor to its end, in read-only transactions of the session. */
export async function* readStream(session: Session, { config, log, stream, cursor }: ReadOptions): AsyncGenerator<Page, ReadEnd, void> {
  const clock = await readClock(session, config)
  await session.begin()
  const told = new Set<string>()
  const onZeroDate = (column: string): void => {
    if (told.has(column)) return
    told.add(column)
    log.warn({ stream, column }, 'the column holds zero dates, which are stored as null')
  }
  const plan = await makePlan(session, config, { stream, onZeroDate })
  if (plan.hidden.length > 0) log.warn({ stream, columns: plan.hidden }, 'the account may not read these columns; they are left out')
  const start = parseStart(cursor, plan)
  if (start.outdated) log.warn({ stream }, 'the cursor or key column of the stream is another one now; it is read from the beginning')
  const keyOf = createKeyOf(plan.columns, plan.key)
  const run = {
    source: createRowSource(session, plan),
    config,
    plan,
    keyOf,
    recordOf: createRecordOf(plan, keyOf),
    clock: () => performance.now(),
    count: { done: 0, limited: 0 },
    before: { key: '', row: null },
  }
  const end =
    plan.cursor === null
      ? yield* readFull(run, start)
      : yield* readIncremental(run, start, await findWindow(session, plan, { saved: start.row, clock, config }))
  await session.commit()
  return end
}
