import { type Cursor, type Page, toFailure } from '@inlet/connector-sdk'
import { createTestContext } from '@inlet/connector-sdk/testing'
import { findLibrdkafka, type MockCluster, startMockCluster, until } from '@inlet/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toCursor } from './cursor.js'
import kafka from './index.js'

const library = findLibrdkafka()
const [FETCH, LIST_OFFSETS, OFFSET_COMMIT] = [1, 2, 8]
const [NOT_LEADER, DENIED] = [6, 29]

describe.skipIf(library === null)(`kafka with faults${library === null ? ' (not run: no librdkafka1, or npm run counterparts)' : ''}`, () => {
  let mock: MockCluster
  beforeEach(() => {
    if (library !== null) mock = startMockCluster(library, 2)
  })
  afterEach(() => mock?.close())

  const messages = (count: number, partitions = 1, size = 0) =>
    Array.from({ length: count }, (_, n) => ({ partition: n % partitions, key: `k${n % 7}`, value: JSON.stringify({ n, fill: 'x'.repeat(size) }) }))
  const open = async (config: object) => {
    const context = await createTestContext({ connector: kafka, config: { brokers: mock.brokers, topics: ['t'], ...config }, allow: mock.brokers })
    const connection = await kafka.connect(context)
    return {
      connection,
      context,
      close: async () => {
        await connection[Symbol.asyncDispose]()
        await context.close()
      },
    }
  }
  const readAll = async (config: object = {}, cursor: Cursor | null = null, stream = 't') => {
    const { connection, context, close } = await open(config)
    const pages: Page[] = []
    try {
      for await (const page of kafka.read(connection, { stream, cursor, signal: new AbortController().signal })) pages.push(page)
      return { pages, records: pages.flatMap(({ records }) => records), cursor: pages.at(-1)?.cursor ?? cursor, log: context.logLines }
    } finally {
      await close()
    }
  }
  /** Keeps reading in parallel to the test. */
  const follow = async (config: object = {}, cursor: Cursor | null = null) => {
    const { connection, close } = await open(config)
    const stop = new AbortController()
    const pages: Page[] = []
    const work = (async () => {
      for await (const page of kafka.read(connection, { stream: 't', cursor, signal: new AbortController().signal, until: stop.signal }))
        pages.push(page)
    })()
    work.catch(() => undefined)
    return {
      pages,
      count: () => pages.reduce((sum, { records }) => sum + records.length, 0),
      end: async () => {
        stop.abort()
        try {
          await work
        } finally {
          await close()
        }
      },
      ended: work,
    }
  }
  const failing = async (work: Promise<unknown>) =>
    toFailure(
      await work.then(
        () => new Error('it succeeded'),
        (error: unknown) => error,
      ),
    )

  it('continues after leaders moved, answers were refused and every broker was unavailable', async () => {
    mock.createTopic('t', 4)
    const reader = await follow()
    mock.produce('t', messages(100, 4))
    await until(() => reader.count() === 100)
    mock.failRequests(FETCH, [NOT_LEADER, NOT_LEADER, NOT_LEADER])
    for (const partition of [0, 1, 2, 3]) mock.setLeader('t', partition, (partition % 2) + 1)
    mock.produce('t', messages(100, 4))
    await until(() => reader.count() === 200)
    for (const broker of [1, 2]) mock.setDown(broker, true)
    for (const broker of [1, 2]) mock.setDown(broker, false)
    mock.produce('t', messages(100, 4))
    await until(() => reader.count() === 300)
    await reader.end()
    const keys = reader.pages.flatMap(({ records }) => records.map(({ key }) => JSON.stringify(key)))
    expect(new Set(keys).size).toBe(300)
    expect(reader.pages.at(-1)?.cursor).toEqual(toCursor(new Map([0, 1, 2, 3].map((partition) => [partition, 75]))))
  })

  it('keeps its first position, so that what comes between two runs is read', async () => {
    mock.createTopic('t', 2)
    mock.produce('t', messages(10, 2))
    const first = await readAll({ start: 'latest' })
    expect(first.records).toEqual([])
    mock.produce('t', messages(6, 2))
    const second = await readAll({ start: 'latest' }, first.cursor)
    // Partitions are not ordered among each other.
    const keys = second.records.map(({ key }) => key as [number, number])
    const offsetsOf = (partition: number) => keys.flatMap(([own, offset]) => (own === partition ? [offset] : []))
    expect([offsetsOf(0), offsetsOf(1), keys.length]).toEqual([[5, 6, 7], [5, 6, 7], 6])
  })

  it('reports what was deleted before it was read: fails, or records it and continues', async () => {
    mock.createTopic('t', 1)
    // The mock retains 5 MB per partition.
    for (let round = 0; round < 8; round += 1) mock.produce('t', messages(10, 1, 100_000))
    const cursor = toCursor(new Map([[0, 3]]))
    const failure = await failing(readAll({}, cursor))
    expect(failure).toMatchObject({ reason: 'CURSOR_INVALID' })
    expect(failure.message).toMatch(/^offsets 3 to \d+ of partition 0 of t were deleted/u)
    const { pages, records } = await readAll({ onLoss: 'continue' }, cursor)
    expect(pages[0]?.rejected).toMatchObject([{ reason: 'OFFSETS_GONE', key: [0, 3] }])
    expect(records.length).toBeGreaterThan(0)
    expect(records.at(-1)?.key).toEqual([0, 79])
  })

  it('refuses a position beyond the end, and one of a partition that does not exist', async () => {
    mock.createTopic('t', 1)
    mock.produce('t', messages(5))
    expect(await failing(readAll({}, toCursor(new Map([[0, 6]]))))).toMatchObject({ reason: 'CURSOR_IN_FUTURE' })
    expect(
      await failing(
        readAll(
          {},
          toCursor(
            new Map([
              [0, 5],
              [3, 1],
            ]),
          ),
        ),
      ),
    ).toMatchObject({ reason: 'CURSOR_IN_FUTURE' })
  })

  it('keeps the last message of each key, and deletes those without a value', async () => {
    mock.createTopic('t', 1)
    mock.produce('t', messages(14))
    mock.produce('t', [{ partition: 0, key: 'k3', value: null }])
    const { records } = await readAll({ key: 'message' })
    const live = new Map<unknown, unknown>()
    for (const { key, op, data } of records) {
      live.delete(key)
      if (op !== 'delete') live.set(key, data['offset'])
    }
    expect(Object.fromEntries(live)).toEqual({ k0: 7, k1: 8, k2: 9, k4: 11, k5: 12, k6: 13 })
  })

  it('pauses a topic that no one takes, and reads others meanwhile', async () => {
    mock.createTopic('t', 1)
    mock.createTopic('other', 1)
    mock.produce('t', messages(40, 1, 100_000))
    mock.produce('other', messages(20))
    const { connection, close } = await open({ topics: ['t', 'other'] })
    const signal = new AbortController().signal
    const stuck = kafka.read(connection, { stream: 't', cursor: null, signal })
    await stuck.next()
    const others: unknown[] = []
    for await (const { records } of kafka.read(connection, { stream: 'other', cursor: null, signal })) others.push(...records)
    expect(others).toHaveLength(20)
    let rest = 0
    for await (const { records } of stuck) rest += records.length
    expect(rest).toBe(40)
    await close()
  })

  it('reports a lost permission, and shows positions without relying on them', async () => {
    mock.createTopic('t', 1)
    mock.produce('t', messages(5))
    mock.failRequests(OFFSET_COMMIT, [DENIED])
    const { records, log } = await readAll({ commitGroup: 'inlet' })
    expect(records).toHaveLength(5)
    expect(log.some(({ level, message }) => level === 'warn' && message.includes('cannot be shown'))).toBe(true)
    mock.failRequests(LIST_OFFSETS, [DENIED])
    expect(await failing(readAll())).toMatchObject({ reason: 'PERMISSION_DENIED' })
    const reader = await follow()
    await until(() => reader.count() === 5)
    mock.failRequests(FETCH, [DENIED, DENIED])
    expect(await failing(reader.ended)).toMatchObject({ reason: 'PERMISSION_DENIED' })
    await reader.end().catch(() => undefined)
  })

  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('unpacks %s', async (codec) => {
    mock.createTopic('t', 1)
    mock.produce('t', messages(500, 1, 300), { codec })
    const { records } = await readAll()
    expect(records.map(({ data }) => (data['value'] as { n: number }).n)).toEqual(Array.from({ length: 500 }, (_, n) => n))
  })
})
