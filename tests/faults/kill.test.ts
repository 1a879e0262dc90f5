import { randomUUID } from 'node:crypto'
import { createDatabase, createRun, createSource, type Database } from '@inlet/db'
import { openQueues, type Queues, UNCONFIRMED } from '@inlet/queue'
import { parseKeyring, sealSecrets } from '@inlet/security'
import { createTestDatabase, startRedis, type TestDatabase, type TestRedis, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Cluster, type ClusterProcess, createCluster } from '../harness/cluster.js'
import { expectTruth } from '../harness/expect-truth.js'
import { createTruthTable, type TruthTable } from '../harness/truth-table.js'

const ROWS = 80_000
const redisServer = inject('redisServer')

describe.each(redisServer === '' ? ['postgres'] : ['postgres', 'redis'])('killing processes at random moments, queue on %s', (backend) => {
  let store: TestDatabase
  let redis: TestRedis | null = null
  let database: Database
  let queues: Queues
  let cluster: Cluster
  let truth: TruthTable
  const workers: ClusterProcess[] = []
  const scribes: ClusterProcess[] = []

  beforeAll(async () => {
    store = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'))
    if (backend === 'redis') redis = await startRedis(redisServer)
    truth = await createTruthTable(inject('postgresUrl'), { rows: ROWS, seed: `kill-${backend}` })
    database = createDatabase({ url: store.url, applicationName: 'test' })
    cluster = createCluster({ databaseUrl: store.url, redisUrl: redis?.url, egressAllow: [new URL(inject('postgresUrl')).host] })
    workers.push(await cluster.start('worker'), await cluster.start('worker'))
    scribes.push(await cluster.start('scribe'), await cluster.start('scribe'))
    queues = await openQueues({ redisUrl: redis?.url ?? null, databaseUrl: store.url, confirm: UNCONFIRMED, onError: () => {} })
  })
  afterAll(async () => {
    await cluster?.close()
    await queues?.close()
    await database?.close()
    await redis?.stop()
    await store?.drop()
  })

  const register = async (): Promise<string> => {
    const id = randomUUID()
    const sealedSecrets = sealSecrets(parseKeyring(cluster.encryptionKeys), { ownerId: id, version: 1 }, { password: truth.password })
    await createSource(database, { id, name: id, connector: 'postgres', config: truth.config(), schedule: null, labels: {}, sealedSecrets }, 'test')
    return id
  }
  const startRun = async (sourceId: string): Promise<string> => {
    const run = await database.transaction((client) => createRun(client, { sourceId, trigger: 'manual' }))
    if (run === null) throw new Error('no run')
    await queues.enqueueRuns([{ runId: run.id, attempt: 0 }])
    return run.id
  }
  const committed = async (runId: string): Promise<number> => (await database.prisma.run.findUniqueOrThrow({ where: { id: runId } })).committedBatches
  const ended = (runId: string) =>
    until(
      async () => {
        const run = await database.prisma.run.findUniqueOrThrow({ where: { id: runId } })
        return run.status === 'ended' ? run : null
      },
      { timeoutMs: 120_000, everyMs: 100, what: 'the run to end' },
    )
  const killHolder = async (runId: string): Promise<void> => {
    const { holder } = await database.prisma.run.findUniqueOrThrow({ where: { id: runId } })
    const pid = Number(holder?.split(':')[1])
    const victim = workers.find((worker) => worker.pid === pid)
    if (victim === undefined) throw new Error(`no worker has pid ${pid}`)
    await victim.signal('SIGKILL')
    workers.push(await cluster.start('worker'))
  }
  const killScribe = async (): Promise<void> => {
    await scribes.find((scribe) => scribe.alive())?.signal('SIGKILL')
    scribes.push(await cluster.start('scribe'))
  }

  it('loses and doubles nothing when workers and scribes are killed during a run', async () => {
    const sourceId = await register()
    const runId = await startRun(sourceId)
    // Each kill waits for progress, so that every attempt was at work when it died.
    let epoch = 0n
    for (const [batches, kill] of [
      [3, killScribe],
      [8, () => killHolder(runId)],
      [20, killScribe],
      [35, () => killHolder(runId)],
    ] as const) {
      await until(async () => (await committed(runId)) >= batches, { timeoutMs: 60_000, everyMs: 20, what: `${batches} batches` })
      await kill()
      epoch = (await database.prisma.run.findUniqueOrThrow({ where: { id: runId } })).epoch
    }
    const run = await ended(runId)
    expect(run.outcome).toBe('ok')
    expect(run.epoch).toBeGreaterThan(epoch - 1n)
    expect(run.attempt).toBeGreaterThanOrEqual(3)
    await expectTruth(database, sourceId, truth.expected())
    const again = await ended(await startRun(sourceId))
    expect(again).toMatchObject({ outcome: 'ok_nothing_new', inserted: 0n, updated: 0n })
  })

  it.runIf(backend === 'redis')('loses and doubles nothing when Redis is emptied during a run', async () => {
    const sourceId = await register()
    const runId = await startRun(sourceId)
    for (const batches of [5, 40]) {
      await until(async () => (await committed(runId)) >= batches, { timeoutMs: 60_000, everyMs: 20 })
      await redis?.restart({ empty: true })
    }
    expect((await ended(runId)).outcome).toBe('ok')
    await expectTruth(database, sourceId, truth.expected())
  })
})
