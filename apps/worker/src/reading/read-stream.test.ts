import { complete, incomplete, type Page, type ReadEnd } from '@inlet/connector-sdk'
import { Failure } from '@inlet/domain'
import { sleep } from '@inlet/runtime'
import { describe, expect, it } from 'vitest'
import { createBatcher, type DraftBatch } from '../writing/batcher.js'
import { createPageWriter } from '../writing/run-writer.js'
import { readStream } from './read-stream.js'

const row = (n: number) => ({ stream: 's', key: n, kind: 'row' as const, data: { n } })
const page = (n: number, cursor: number | undefined = n): Page => ({ records: [row(n)], ...(cursor === undefined ? {} : { cursor }) })

/** Reads with a connector whose attempts are scripted: each yields pages and then ends or throws. */
const read = async (
  attempts: readonly ((cursor: unknown, signal: AbortSignal) => AsyncGenerator<Page, ReadEnd | void, void>)[],
  signal = new AbortController().signal,
  forwarded: DraftBatch[] = [],
  { limits = { pageMs: 60_000, graceMs: 60_000 }, fullRefresh = false } = {},
) => {
  const cursors: unknown[] = []
  const progress: unknown[] = []
  const caveats: unknown[] = []
  const retried: string[] = []
  const batcher = createBatcher({ streams: new Set(['s']), swept: new Set() })
  const done = readStream({
    pooled: {
      connector: {
        read: (_connection: unknown, request: { cursor: unknown; signal: AbortSignal }) => {
          const attempt = attempts[cursors.length]
          cursors.push(request.cursor)
          if (attempt === undefined) throw new Error('one attempt too many')
          return attempt(request.cursor, request.signal)
        },
      } as never,
      connection: {} as never,
      context: {} as never,
    },
    spec: { name: 's', kind: 'row', incremental: true, deletes: 'none' },
    cursor: null,
    writer: createPageWriter(batcher, { send: async (draft) => void forwarded.push(draft), nextSeq: () => forwarded.length + 1 }),
    signal,
    limits,
    fullRefresh,
    onProgress: (stream, what) => progress.push([stream, what]),
    onRetry: ({ reason }) => retried.push(reason),
    onCaveats: (found) => void caveats.push(...found),
  })
  let end: ReadEnd | undefined
  const failure = await done.then(
    (found) => {
      end = found
      return null
    },
    (error: unknown) => error as Failure,
  )
  return { cursors, failure, end, batcher, forwarded, progress, caveats, retried }
}
const transient = (retryAfterMs = 0) => new Failure('CONNECTION_LOST', 'lost', { retryAfterMs })
const limited = (retryAfterMs?: number) => new Failure('RATE_LIMITED', 'slow down', retryAfterMs === undefined ? {} : { retryAfterMs })

describe('the sweep of a whole stream', () => {
  const sweeping = (end: ReadEnd | undefined) =>
    async function* (): AsyncGenerator<Page, ReadEnd | void, void> {
      yield page(1)
      yield { ...page(2), sweep: {} }
      return end
    }
  it('takes effect with its page when the read was complete', async () => {
    const { batcher, end } = await read([sweeping(complete('all'))])
    expect([end?.complete, batcher.flush()?.effects]).toEqual([
      true,
      { cursors: [{ stream: 's', cursor: 2 }], sweeps: [{ stream: 's', since: 1, contents: true }] },
    ])
  })
  it.each([undefined, incomplete('a folder could not be opened')])('is dropped, and the position of its page, when the end is %j', async (given) => {
    const { batcher, end } = await read([sweeping(given)])
    expect(end?.complete).toBe(false)
    expect([batcher.recordsRead, batcher.flush()?.effects]).toEqual([2, { cursors: [{ stream: 's', cursor: 1 }] }])
  })
  it('of a scope takes effect at once', async () => {
    const { batcher } = await read([
      async function* () {
        yield { records: [], sweep: { scope: 'a' } }
        return incomplete('another file could not be opened')
      },
    ])
    expect(batcher.flush()?.effects).toEqual({ sweeps: [{ stream: 's', scope: 'a', since: 1, contents: true }] })
  })
})

describe('readStream', () => {
  it('passes on what pages report as guessed or left out', async () => {
    const { caveats } = await read([
      async function* () {
        yield { ...page(1), caveats: [{ kind: 'READ_IN_PART', example: 'a.xml' }] }
        yield page(2)
      },
    ])
    expect(caveats).toEqual([{ kind: 'READ_IN_PART', example: 'a.xml' }])
  })

  it('treats each attempt as a separate reading, so that a sweep does not rely on what a broken one showed', async () => {
    const { batcher, forwarded } = await read([
      async function* () {
        yield page(1)
        throw transient()
      },
      async function* () {
        yield { ...page(2), sweep: {} }
        return complete('all')
      },
    ])
    expect(forwarded.map(({ counts }) => counts.u)).toEqual([1])
    expect(batcher.flush()).toMatchObject({ counts: { u: 1 }, effects: { sweeps: [{ stream: 's', since: 2, contents: true }] } })
  })

  it('starts again from the beginning if a stream cannot be continued in the middle', async () => {
    const once = async function* () {
      yield page(1)
      throw transient()
    }
    const signal = new AbortController().signal
    const { cursors, failure, retried } = await read([once, once, once], signal, [], { fullRefresh: true })
    expect([cursors, failure?.reason]).toEqual([[null, null, null], 'CONNECTION_LOST'])
    // The last failure is not retried.
    expect(retried).toEqual(['CONNECTION_LOST', 'CONNECTION_LOST'])
  })

  it('reads to the end and reports progress', async () => {
    const { cursors, failure, batcher, progress } = await read([
      async function* () {
        yield { ...page(1), progress: { done: 1, total: 2 } }
        yield page(2)
      },
    ])
    expect([cursors, failure, batcher.recordsRead, progress]).toEqual([[null], null, 2, [['s', { done: 1, total: 2 }]]])
  })

  it('forwards records that trickle in, although the batch never fills and the stream never pauses', async () => {
    const forwarded: DraftBatch[] = []
    let pages = 0
    await read(
      [
        async function* () {
          for (; forwarded.length === 0 && pages < 200; pages += 1) {
            yield page(pages)
            await sleep(50)
          }
        },
      ],
      undefined,
      forwarded,
    )
    expect(forwarded).toHaveLength(1)
    expect(forwarded[0]?.counts.u).toBeGreaterThan(1)
  })

  it('continues from the last page after a transient failure', async () => {
    const { cursors, failure } = await read([
      async function* () {
        yield page(1)
        yield page(2)
        throw transient()
      },
      async function* () {
        yield page(3)
        throw transient()
      },
      async function* () {
        yield page(4)
      },
    ])
    expect([cursors, failure]).toEqual([[null, 2, 3], null])
  })

  it('gives up after two retries without progress, and does not retry what a retry cannot fix', async () => {
    const failing = async function* (): AsyncGenerator<Page, void, void> {
      yield* []
      throw transient()
    }
    expect((await read([failing, failing, failing])).failure).toMatchObject({ reason: 'CONNECTION_LOST' })
    const denied = await read([
      async function* () {
        yield page(1)
        throw new Failure('PERMISSION_DENIED', 'no')
      },
    ])
    expect([denied.failure?.reason, denied.cursors.length]).toEqual(['PERMISSION_DENIED', 1])
  })

  it('waits out a short rate limit in place, and throws a long or unknown one', async () => {
    const limit = (ms?: number) =>
      async function* (): AsyncGenerator<Page, void, void> {
        yield* []
        throw limited(ms)
      }
    const short = await read([
      limit(1),
      limit(1),
      async function* () {
        yield page(1)
      },
    ])
    expect([short.failure, short.cursors.length]).toEqual([null, 3])
    expect((await read([limit(60_000)])).failure).toMatchObject({ reason: 'RATE_LIMITED', retryAfterMs: 60_000 })
    expect((await read([limit()])).failure).toMatchObject({ reason: 'RATE_LIMITED' })
  })

  it('flushes what it has while the next page is slow to arrive', async () => {
    let release: () => void = () => {}
    const slow = new Promise<void>((resolve) => {
      release = resolve
    })
    const reading = read([
      async function* () {
        yield page(1)
        await slow
        yield page(2)
      },
    ])
    setTimeout(release, 1_500)
    const { forwarded, batcher } = await reading
    expect(forwarded.map(({ counts, effects }) => [counts.u, effects])).toEqual([[1, { cursors: [{ stream: 's', cursor: 1 }] }]])
    expect(batcher.pending).toBe(true)
  })

  it("stops with the signal's reason, and lets the connector close", async () => {
    const stop = new AbortController()
    let closed = false
    const { failure } = await read(
      [
        async function* () {
          try {
            yield page(1)
            stop.abort(new Failure('LEASE_LOST', 'taken over'))
            yield page(2)
            yield page(3)
          } finally {
            closed = true
          }
        },
      ],
      stop.signal,
    )
    expect([failure?.reason, closed]).toEqual(['LEASE_LOST', true])
  })

  const never = new Promise<never>(() => {})
  const LIMITS = { pageMs: 50, graceMs: 20 }

  it('abandons a connector that yields no page, and aborts it', async () => {
    let abortReason: unknown
    const { failure, cursors } = await read(
      [
        async function* (_cursor, signal) {
          yield page(1)
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
          abortReason = signal.reason
          throw new Error('aborted')
        },
      ],
      undefined,
      [],
      { limits: LIMITS },
    )
    expect([failure?.reason, abortReason, cursors.length]).toEqual(['CONNECTOR_STALLED', failure, 1])
  })

  it.each(['next', 'cleanup'])('leaves a connector alone that ignores its signal in its %s', async (where) => {
    const stubborn = async function* (): AsyncGenerator<Page, void, void> {
      try {
        yield page(1)
        if (where === 'next') await never
        yield page(2)
      } finally {
        await never
      }
    }
    const stop = new AbortController()
    const reading = read([stubborn], stop.signal, [], { limits: { pageMs: 60_000, graceMs: 20 } })
    stop.abort(new Failure('CANCELLED', 'on request'))
    expect((await reading).failure?.reason).toBe('CANCELLED')
    expect((await read([stubborn], undefined, [], { limits: LIMITS })).failure?.reason).toBe('CONNECTOR_STALLED')
  })
})
