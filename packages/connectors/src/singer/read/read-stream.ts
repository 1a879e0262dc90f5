import { type Cursor, complete, Failure, incomplete, type Page, type ReadEnd } from '@inlet/connector-sdk'
import { selectStreams } from '../catalog/select-streams.js'
import type { StreamPlan } from '../catalog/stream-plan.js'
import { chooseStreams, type SingerConnection, type TapRun, writeCatalog } from '../connection.js'
import { MAX_LINE_BYTES, splitLines } from '../tap/split-lines.js'
import { createLineReader } from './line-reader.js'
import { createPageBuilder } from './page-builder.js'

export interface StreamOrder {
  readonly stream: string
  readonly cursor: Cursor | null
  readonly signal: AbortSignal
}

/** Starts the tap for one stream, with the catalog and the last STATE. The caller disposes the run. */
export const startStream = async (connection: SingerConnection, plan: StreamPlan, order: StreamOrder): Promise<TapRun> => {
  const { config } = connection.ctx
  const state = parseCursor(order.cursor)
  const catalog = selectStreams(await connection.catalog(order.signal, false), plan, config.alsoSelect[plan.name] ?? [])
  return connection.run(
    {
      ...(config.catalogOption !== 'none' && { [config.catalogOption]: writeCatalog(catalog) }),
      ...(state !== null && plan.method !== 'FULL_TABLE' && { state }),
    },
    [],
    order.signal,
  )
}

/** Runs the tap once with only this stream selected, and yields its pages. */
export async function* readStream(connection: SingerConnection, order: StreamOrder): AsyncGenerator<Page, ReadEnd, void> {
  parseCursor(order.cursor)
  const { config, now } = connection.ctx
  const plans = chooseStreams(await connection.catalog(order.signal, false), config)
  const plan = plans.find(({ name }) => name === order.stream)
  if (plan === undefined) throw new Failure('NOT_FOUND_UPSTREAM', `the tap no longer has the stream "${order.stream}"`)
  await using run = await startStream(connection, plan, order)
  const pages = createPageBuilder({ maxRecords: config.pageRecords, keepsState: plan.method !== 'FULL_TABLE', now: () => now().getTime() })
  const reader = createLineReader({ log: connection.ctx.log, redact: connection.redact }, plan, pages)
  for await (const lines of splitLines(run.output, MAX_LINE_BYTES)) for (const line of lines) yield* reader.take(line)
  try {
    await run.process.done
  } catch (failure) {
    // What a STATE confirmed is valid, however the tap ended.
    if (!order.signal.aborted) yield* pages.finish(false)
    throw failure
  }
  yield* pages.finish(true)
  reader.report()
  const missing = reader.missing()
  if (missing !== null) return incomplete(missing)
  if (plan.method === 'FULL_TABLE') yield { records: [], sweep: {} }
  return complete('the tap ended without an error')
}

/** Returns the last STATE as text, so that no number in it is rounded. Throws CURSOR_INVALID. */
const parseCursor = (cursor: Cursor | null): string | null => {
  if (cursor === null) return null
  const state = typeof cursor === 'object' && !Array.isArray(cursor) ? Reflect.get(cursor, 'state') : undefined
  if (typeof state !== 'string') throw new Failure('CURSOR_INVALID', 'the cursor does not contain the STATE of a tap')
  return state
}
