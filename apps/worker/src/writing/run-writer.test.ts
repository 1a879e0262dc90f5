import type { CommitState, LeasedRun } from '@inlet/db'
import { type BatchEnvelope, Failure } from '@inlet/domain'
import { createByteBudget } from '@inlet/runtime'
import { until } from '@inlet/testing'
import { describe, expect, it } from 'vitest'
import { createBacklog } from './backlog.js'
import type { DraftBatch } from './batcher.js'
import { createRunWriter } from './run-writer.js'

const run = {
  runId: 'run',
  sourceId: 'source',
  epoch: 3,
  nextSeq: 5,
  version: { id: 'v', number: 2, config: {} },
  committedBatches: 4,
  committedBytes: 400,
} as LeasedRun
const never = new AbortController().signal

const draft = (keys: readonly string[], bytes = 10): DraftBatch => ({
  payload: Buffer.from('[]'),
  counts: { u: keys.length, d: 0, n: 0, q: 0 },
  bytes,
  effects: undefined,
  sweptStreams: undefined,
  sha256: 'x',
  keyHashes: keys,
})

/** Creates a writer with fakes: the queue keeps what it gets, the scribe commits on demand. */
const setUp = (
  options: { readonly budget?: number; readonly forward?: (batch: BatchEnvelope) => Promise<void>; readonly stored?: readonly number[] } = {},
) => {
  const sent: BatchEnvelope[] = []
  let notify: (state: CommitState) => void = () => {}
  let clock = 0
  let watching = true
  const budget = createByteBudget(options.budget ?? 1_000_000)
  const backlog = createBacklog(1_000_000)
  const writer = createRunWriter(
    {
      queues: {
        forwardBatch: async (batch) => {
          await options.forward?.(batch)
          sent.push(batch)
        },
      },
      database: { pool: { query: async () => ({ rows: (options.stored ?? []).map((seq) => ({ seq })) }) } } as never,
      watch: {
        watch: (_runId, onState) => {
          notify = onState
          return () => {
            watching = false
          }
        },
        close: async () => {},
      },
      budget,
      backlog,
      now: () => clock,
      lostAfterMs: 1_000,
    },
    run,
  )
  return {
    writer,
    sent,
    budget,
    backlog,
    committed: (highWaterMark: number, errorReason: string | null = null) => notify({ runId: 'run', highWaterMark, errorReason }),
    pass: (ms: number) => {
      clock += ms
    },
    isWatching: () => watching,
  }
}
const isPending = async (promise: Promise<unknown>): Promise<boolean> => {
  const none = Symbol('pending')
  await new Promise((resolve) => setImmediate(resolve))
  return (await Promise.race([promise.catch(() => 'failed'), Promise.resolve(none)])) === none
}

describe('createRunWriter', () => {
  it('numbers batches from the first free place, under the epoch of the lease', async () => {
    const { writer, sent } = setUp()
    await writer.send(draft(['a']), never)
    await writer.send(draft(['b']), never)
    expect(sent.map(({ seq, epoch, version, runId }) => [seq, epoch, version, runId])).toEqual([
      [5, 3, 2, 'run'],
      [6, 3, 2, 'run'],
    ])
    expect([writer.forwardedBatches, writer.forwardedBytes]).toEqual([6, 420])
  })

  it('keeps at most twelve batches in flight', async () => {
    const { writer, committed, sent } = setUp()
    for (let n = 0; n < 12; n += 1) await writer.send(draft([`k${n}`]), never)
    const next = writer.send(draft(['more']), never)
    expect(await isPending(next)).toBe(true)
    committed(5)
    await next
    expect(sent).toHaveLength(13)
  })

  it('holds bytes until they are stored', async () => {
    const { writer, budget, committed } = setUp({ budget: 100 })
    await writer.send(draft(['a'], 60), never)
    const next = writer.send(draft(['b'], 60), never)
    expect(await isPending(next)).toBe(true)
    expect(budget.used).toBe(60)
    committed(5)
    await next
    writer.close()
    expect(budget.used).toBe(0)
  })

  it('waits while the backlog of all workers is over its budget', async () => {
    const { writer, backlog } = setUp()
    backlog.report(2_000_000)
    const waiting = writer.send(draft(['a']), never)
    expect(await isPending(waiting)).toBe(true)
    backlog.report(0)
    await waiting
    const stop = AbortSignal.abort(new Failure('CANCELLED', 'stop'))
    backlog.report(2_000_000)
    await expect(writer.send(draft(['b']), stop)).rejects.toThrow('stop')
  })

  it('marks only a batch that shares a key with one still in flight', async () => {
    const { writer, sent, committed } = setUp()
    await writer.send(draft(['a', 'b']), never)
    await writer.send(draft(['b']), never)
    await writer.send(draft(['c', '']), never)
    await writer.send(draft(['d', '']), never)
    committed(8)
    await writer.send(draft(['a']), never)
    expect(sent.map(({ overlaps }) => overlaps === true)).toEqual([false, true, false, false, false])
  })

  it('is drained once the last batch is stored', async () => {
    const { writer, committed } = setUp()
    await writer.drained(never)
    await writer.send(draft(['a']), never)
    await writer.send(draft(['b']), never)
    const drained = writer.drained(never)
    committed(5)
    expect(await isPending(drained)).toBe(true)
    committed(6)
    await drained
  })

  it('sends lost batches again after a while without progress, but not those that are stored', async () => {
    const { writer, sent, committed, pass } = setUp({ stored: [6] })
    for (const key of ['a', 'b', 'c']) await writer.send(draft([key]), never)
    committed(4)
    expect(sent).toHaveLength(3)
    pass(1_001)
    committed(4)
    await until(() => sent.length === 5)
    expect(sent.slice(3).map(({ seq }) => seq)).toEqual([5, 7])
    // The next time takes twice as long.
    pass(1_500)
    committed(4)
    expect(await isPending(until(() => sent.length > 5, { timeoutMs: 50 }))).toBe(true)
    expect(sent).toHaveLength(5)
  })

  it('tries again while the queue is unavailable', async () => {
    let tries = 0
    const { writer, sent } = setUp({
      forward: async () => {
        tries += 1
        if (tries < 3) throw new Failure('QUEUE_UNAVAILABLE', 'away')
      },
    })
    await writer.send(draft(['a']), never)
    await until(() => sent.length === 1)
    expect(tries).toBe(3)
  })

  it('reports other errors at the next batch, and to the waiting one', async () => {
    const broken = setUp({ forward: async () => Promise.reject(new TypeError('defect')) })
    await broken.writer.send(draft(['a']), never)
    await expect(broken.writer.drained(never)).rejects.toThrow('defect')
    await expect(broken.writer.send(draft(['b']), never)).rejects.toThrow('defect')
    const refused = setUp()
    await refused.writer.send(draft(['a']), never)
    const drained = refused.writer.drained(never)
    refused.committed(4, 'QUARANTINE_BUDGET')
    await expect(drained).rejects.toMatchObject({ reason: 'QUARANTINE_BUDGET' })
  })

  it('stops waiting when the signal aborts, and watching when closed', async () => {
    const { writer, isWatching } = setUp()
    await writer.send(draft(['a']), never)
    const stop = new AbortController()
    const drained = writer.drained(stop.signal)
    stop.abort(new Error('enough'))
    await expect(drained).rejects.toThrow('enough')
    writer.close()
    expect(isWatching()).toBe(false)
  })
})
