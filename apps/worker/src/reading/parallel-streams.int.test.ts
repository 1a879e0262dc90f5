import { complete, defineConnector } from '@inlet/connector-sdk'
import { Failure } from '@inlet/domain'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Ingestion, startIngestion } from '../../testing/start-ingestion.js'

const STREAMS = ['a', 'b', 'c', 'd', 'e']
const TOGETHER = 3

/** What the streams of the next run do, and what they did. */
const state = {
  records: 10,
  active: new Set<string>(),
  most: 0,
  aborted: [] as string[],
  during: async (_stream: string, _signal: AbortSignal): Promise<void> => {},
}

const wide = defineConnector({
  type: 'wide',
  version: '1.0.0',
  title: 'Wide',
  description: 'Several streams at the same time.',
  parallelStreams: TOGETHER,
  configSchema: z.strictObject({}),
  secretSchema: z.strictObject({}),
  connect: () => Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() }),
  check: () => Promise.resolve(),
  streams: () => Promise.resolve(STREAMS.map((name) => ({ name, kind: 'row' as const, incremental: false, deletes: 'sweep' as const }))),
  async *read(_connection, { stream, signal }) {
    state.active.add(stream)
    state.most = Math.max(state.most, state.active.size)
    try {
      for (let n = 0; n < state.records; n += 1) {
        yield { records: [{ stream, key: n, kind: 'row' as const, data: { n } }], flush: n % 3 === 0 }
        if (n === 0) await state.during(stream, signal)
      }
      yield { records: [], sweep: {} }
      return complete('all numbers were counted')
    } finally {
      state.active.delete(stream)
    }
  },
})

describe('a connector whose streams may be read at the same time', () => {
  let ingestion: Ingestion
  beforeAll(async () => {
    ingestion = await startIngestion({ overrides: { findConnector: () => wide } })
  })
  afterAll(() => ingestion.close())
  beforeEach(() => {
    Object.assign(state, { records: 10, most: 0, aborted: [], during: async () => {} })
  })

  const run = async (sourceId: string) => ingestion.ended(await ingestion.startRun(sourceId))
  const stored = async (sourceId: string): Promise<Record<string, number>> => {
    const { rows } = await ingestion.store.database.pool.query<{ stream: string; count: number }>(
      `SELECT st.name AS stream, count(*)::int AS count FROM records r JOIN streams st ON st.id = r.stream_id
       WHERE r.source_id = $1 AND r.deleted_at IS NULL GROUP BY 1 ORDER BY 1`,
      [sourceId],
    )
    return Object.fromEntries(rows.map(({ stream, count }) => [stream, count]))
  }
  const each = (count: number) => Object.fromEntries(STREAMS.map((stream) => [stream, count]))

  it('has as many read together as it allows, and each stream sweeps only its own records', async () => {
    // The first streams wait for one another, so reading them in sequence would never end.
    state.during = async () => void (await until(async () => state.most === TOGETHER, { what: `${TOGETHER} streams at the same time` }))
    const sourceId = await ingestion.addSource('wide')
    expect(await run(sourceId)).toMatchObject({ outcome: 'ok', recordsRead: BigInt(STREAMS.length * 10) })
    expect(await stored(sourceId)).toEqual(each(10))
    expect(state.most).toBe(TOGETHER)

    state.records = 8
    expect(await run(sourceId)).toMatchObject({ outcome: 'ok' })
    expect(await stored(sourceId)).toEqual(each(8))
  })

  it('loses one stream to a failure of that stream, and none of the others', async () => {
    state.during = async (stream) => {
      if (stream === 'b') throw new Failure('SCHEMA_CHANGED', 'b has another shape')
    }
    const sourceId = await ingestion.addSource('wide')
    expect(await run(sourceId)).toMatchObject({ outcome: 'partial' })
    expect(await stored(sourceId)).toEqual({ ...each(10), b: 1 })
  })

  it('ends all of them when one finds that the source refuses the login', async () => {
    state.during = async (stream, signal) => {
      if (stream === 'b') throw new Failure('AUTH_FAILED', 'the password is wrong')
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      state.aborted.push(stream)
      signal.throwIfAborted()
    }
    const sourceId = await ingestion.addSource('wide')
    expect(await run(sourceId)).toMatchObject({ outcome: 'failed', errorReason: 'AUTH_FAILED' })
    expect(state.aborted.sort()).toEqual(['a', 'c'])
    expect(state.active.size).toBe(0)
  })
})
