import { randomUUID } from 'node:crypto'
import { actOnSource, createDatabase, createSource, type Database } from '@inlet/db'
import { createTestDatabase, findLibrdkafka, type MockCluster, type MockMessage, startMockCluster, type TestDatabase, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Cluster, type ClusterProcess, createCluster } from '../harness/cluster.js'

const library = findLibrdkafka()
const PARTITIONS = 6
const ROUND = 3_000

describe.skipIf(library === null)(`a continuous source${library === null ? ' (not run: no librdkafka1, or npm run counterparts)' : ''}`, () => {
  let store: TestDatabase
  let database: Database
  let mock: MockCluster
  let cluster: Cluster
  let sourceId = ''
  const workers: ClusterProcess[] = []
  const produced = new Set<string>()
  const next = new Map<number, number>()

  beforeAll(async () => {
    if (library === null) return
    mock = startMockCluster(library, 2)
    mock.createTopic('orders', PARTITIONS)
    mock.createTopic('quiet', 1)
    store = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'))
    database = createDatabase({ url: store.url, applicationName: 'test' })
    cluster = createCluster({ databaseUrl: store.url, egressAllow: mock.brokers })
    workers.push(await cluster.start('worker'), await cluster.start('worker'))
    await cluster.start('scribe')
    sourceId = randomUUID()
    const config = { brokers: mock.brokers, topics: ['orders', 'quiet'] }
    await createSource(
      database,
      { id: sourceId, name: sourceId, connector: 'kafka', config, schedule: null, labels: {}, sealedSecrets: null },
      'test',
    )
  })
  afterAll(async () => {
    await cluster?.close()
    await database?.close()
    await store?.drop()
    mock?.close()
  })

  const produce = (count: number): void => {
    const messages: MockMessage[] = []
    for (let n = 0; n < count; n += 1) {
      const partition = n % PARTITIONS
      const offset = next.get(partition) ?? 0
      next.set(partition, offset + 1)
      produced.add(`[${partition},${offset}]`)
      messages.push({ partition, value: `{"offset":${offset}}` })
    }
    mock.produce('orders', messages)
  }
  const rows = async <R extends object>(text: string): Promise<R[]> => (await database.pool.query<R & Record<string, unknown>>(text, [sourceId])).rows
  const storedKeys = async () =>
    (await rows<{ key: string }>(`SELECT r.key FROM records r JOIN streams s ON s.id = r.stream_id WHERE s.source_id = $1`)).map(({ key }) => key)
  const activeRun = async () =>
    (
      await rows<{ id: string; holder: string | null; epoch: string; version_id: string }>(
        `SELECT id, holder, epoch, version_id FROM runs WHERE source_id = $1 AND status = 'running'`,
      )
    )[0]
  const holder = async (): Promise<ClusterProcess> => {
    const run = await until(async () => ((await activeRun())?.holder == null ? null : activeRun()), { timeoutMs: 40_000, what: 'a run' })
    const found = workers.find(({ pid }) => pid === Number(run?.holder?.split(':')[1]))
    if (found === undefined) throw new Error('nobody holds the run')
    return found
  }
  const allStored = () =>
    until(async () => (await storedKeys()).length >= produced.size, { timeoutMs: 40_000, everyMs: 100, what: `${produced.size} stored messages` })

  it('is read without schedule or request, and goes on where a killed worker was', async () => {
    produce(ROUND)
    await until(async () => (await storedKeys()).length > 0, { timeoutMs: 120_000, everyMs: 50, what: 'first messages' })
    produce(ROUND)
    await (await holder()).signal('SIGKILL')
    workers.push(await cluster.start('worker'))
    produce(ROUND)
    await allStored()
    expect(new Set(await storedKeys())).toEqual(produced)
    expect((await storedKeys()).length).toBe(produced.size)
    expect((await rows(`SELECT id FROM runs WHERE source_id = $1`)).length).toBe(1)
  })

  it('is taken over at once when its worker drains, without reading again', async () => {
    const drained = await holder()
    const before = await activeRun()
    const read = async () => Number((await rows<{ n: string }>(`SELECT sum(records_read) AS n FROM runs WHERE source_id = $1`))[0]?.n)
    await until(async () => (await read()) >= produced.size, { timeoutMs: 10_000 })
    const readBefore = await read()
    await drained.signal('SIGTERM')
    produce(100)
    await allStored()
    expect(await drained.exited).toBe(0)
    expect(Number((await activeRun())?.epoch)).toBeGreaterThan(Number(before?.epoch))
    await until(async () => (await read()) >= readBefore + 100, { timeoutMs: 10_000 })
    expect(await read()).toBe(readBefore + 100)
    expect(new Set(await storedKeys())).toEqual(produced)
  })

  it('ends its run when it is paused, and goes on when it is resumed', async () => {
    const run = await activeRun()
    await actOnSource(database, { sourceId, action: 'pause', actor: 'test' })
    await until(async () => (await activeRun()) === undefined, { timeoutMs: 20_000, what: 'the run to end' })
    expect(await rows(`SELECT outcome FROM runs WHERE source_id = $1 AND id = '${run?.id}'`)).toEqual([{ outcome: 'ok' }])
    produce(50)
    await actOnSource(database, { sourceId, action: 'resume', actor: 'test' })
    await allStored()
    expect((await rows<{ trigger: string }>(`SELECT trigger FROM runs WHERE source_id = $1`)).map(({ trigger }) => trigger)).toContain('continuous')
  })
})
