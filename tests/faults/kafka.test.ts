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
  const counts = async () => {
    const [sum] = await rows<{ inserted: string; unchanged: string }>(
      'SELECT sum(inserted) AS inserted, sum(unchanged) AS unchanged FROM runs WHERE source_id = $1',
    )
    return { inserted: Number(sum?.inserted), unchanged: Number(sum?.unchanged) }
  }
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

  it('is read without schedule or request, and continues where a killed worker was', async () => {
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

  it('is taken over when its worker drains, without reading again', async () => {
    const drained = await holder()
    const before = { run: await activeRun(), counts: await counts() }
    await drained.signal('SIGTERM')
    produce(100)
    await allStored()
    expect(await drained.exited).toBe(0)
    expect(await activeRun()).toMatchObject({ id: before.run?.id })
    expect(Number((await activeRun())?.epoch)).toBe(Number(before.run?.epoch) + 1)
    // A message that was read twice would count as unchanged.
    expect(await counts()).toEqual({ inserted: before.counts.inserted + 100, unchanged: before.counts.unchanged })
    expect(new Set(await storedKeys())).toEqual(produced)
  })

  it('begins another run when something about it changes, and none while it is paused', async () => {
    const run = await activeRun()
    await actOnSource(database, { sourceId, action: 'reload', actor: 'test' })
    const next = await until(
      async () => {
        const active = await activeRun()
        return active === undefined || active.id === run?.id ? null : active
      },
      { timeoutMs: 20_000, what: 'the next run' },
    )
    expect(await rows(`SELECT outcome, trigger FROM runs WHERE source_id = $1 ORDER BY created_at`)).toMatchObject([
      { outcome: 'ok', trigger: 'continuous' },
      { outcome: null, trigger: 'continuous' },
    ])
    produce(50)
    await allStored()
    await actOnSource(database, { sourceId, action: 'pause', actor: 'test' })
    await until(async () => (await activeRun()) === undefined, { timeoutMs: 20_000, what: 'the run to end' })
    expect(await rows(`SELECT id, outcome FROM runs WHERE source_id = $1 ORDER BY created_at`)).toMatchObject([{}, { id: next?.id, outcome: 'ok' }])
  })
})
