import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDatabase, createRun, createSource, type Database } from '@inlet/db'
import { MAX_PROCESS_DEATHS } from '@inlet/domain'
import { openQueues, type Queues, UNCONFIRMED } from '@inlet/queue'
import { createTestDatabase, type TestDatabase, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Cluster, type ClusterProcess, createCluster } from '../harness/cluster.js'

const CONNECTOR = fileURLToPath(new URL('../harness/blocking-connector', import.meta.url))
const SLOW = { timeoutMs: 120_000, everyMs: 100 }

describe('a worker whose event loop is blocked', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'inlet-blocked-'))
  let store: TestDatabase
  let database: Database
  let queues: Queues
  let cluster: Cluster

  beforeAll(async () => {
    store = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'))
    database = createDatabase({ url: store.url, applicationName: 'test' })
    cluster = createCluster({ databaseUrl: store.url, env: { INLET_CONNECTORS: CONNECTOR } })
    queues = await openQueues({ redisUrl: null, databaseUrl: store.url, confirm: UNCONFIRMED, onError: () => {} })
  })
  afterAll(async () => {
    await cluster.close()
    await queues.close()
    await database.close()
    await store.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  const addRun = async (config: { readonly marker: string; readonly always?: boolean }): Promise<{ sourceId: string; runId: string }> => {
    const id = randomUUID()
    await createSource(database, { id, name: id, connector: 'blocking', config, schedule: null, labels: {}, sealedSecrets: null }, 'test')
    const run = await database.transaction((client) => createRun(client, { sourceId: id, trigger: 'manual' }))
    const runId = run?.id ?? ''
    await queues.enqueueRuns([{ runId, attempt: 0 }])
    return { sourceId: id, runId }
  }

  it('is not ready, is ended from outside, and its run is taken over', async () => {
    const marker = path.join(folder, 'marker')
    const { runId } = await addRun({ marker })
    const workers = [await cluster.start('worker'), await cluster.start('worker'), await cluster.start('scribe')]
    const pid = await until(() => Number(readFileSync(marker, 'utf8')), SLOW)
    const blocked = workers.find((worker) => worker.pid === pid)
    expect(await until(() => fetch(`http://127.0.0.1:${blocked?.opsPort}/ready`).then(({ status }) => status === 503), SLOW)).toBe(true)
    await until(() => blocked?.alive() === false, SLOW)
    expect(blocked?.log()).toContain('the event loop was silent')
    const ended = await until(async () => database.prisma.run.findUnique({ where: { id: runId, status: 'ended' } }), SLOW)
    expect(ended).toMatchObject({ outcome: 'ok', attempt: 2 })
    expect(workers.filter((worker) => worker.alive())).toHaveLength(2)
    await Promise.all(workers.map((worker) => worker.signal('SIGKILL')))
  }, 300_000)

  it('suspends a source that blocks one worker after the other, and leaves its neighbor alone', async () => {
    const blocking = await addRun({ marker: path.join(folder, 'again'), always: true })
    const ended: ClusterProcess[] = []
    const status = (): Promise<string> => database.prisma.source.findUniqueOrThrow({ where: { id: blocking.sourceId } }).then((found) => found.status)
    await cluster.start('scribe')
    while ((await status()) !== 'ERROR') {
      const worker = await cluster.start('worker')
      await until(async () => !worker.alive() || (await status()) === 'ERROR', SLOW)
      if (!worker.alive()) ended.push(worker)
    }
    expect(ended.every((worker) => worker.log().includes('the event loop was silent'))).toBe(true)
    expect(ended).toHaveLength(MAX_PROCESS_DEATHS)
    expect(await database.prisma.source.findUniqueOrThrow({ where: { id: blocking.sourceId } })).toMatchObject({
      statusReason: 'POISON_SOURCE',
      processDeaths: MAX_PROCESS_DEATHS,
      restartAt: expect.any(Date) as Date,
    })
    const marker = path.join(folder, 'calm')
    writeFileSync(marker, '')
    const calm = await addRun({ marker })
    const run = await until(() => database.prisma.run.findUnique({ where: { id: calm.runId, status: 'ended' } }), SLOW)
    expect(run).toMatchObject({ outcome: 'ok', attempt: 1 })
    expect(await status()).toBe('ERROR')
  }, 600_000)
})
