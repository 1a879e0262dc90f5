import { readFileSync } from 'node:fs'
import os from 'node:os'
import { markDeleting, updateSource } from '@inlet/db'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { LEASE_MS } from '../harness/cluster.js'
import { expectTruth } from '../harness/expect-truth.js'
import { type FaultWorld, openFaultWorld } from '../harness/fault-world.js'

const ROWS = 40_000
const redisServer = inject('redisServer')

describe.each(redisServer === '' ? ['postgres'] : ['postgres', 'redis'])('faults of single processes, queue on %s', (backend) => {
  let world: FaultWorld

  beforeAll(async () => {
    world = await openFaultWorld({
      postgresUrl: inject('postgresUrl'),
      template: inject('templateDatabase'),
      redisServer: backend === 'redis' ? redisServer : null,
      rows: ROWS,
      seed: `processes-${backend}`,
    })
    await world.cluster.start('worker')
    await world.cluster.start('worker')
    await world.cluster.start('scribe')
  })
  afterAll(() => world?.close())

  it('leaves CPU time to the API first: workers and scribes run with lower priority', async () => {
    const processes = world.cluster.processes()
    expect(processes.map(({ app }) => app).sort()).toEqual(['scribe', 'worker', 'worker'])
    // They lower it when they start.
    await until(() => processes.every(({ pid }) => os.getPriority(pid) > os.getPriority()), { timeoutMs: 60_000, what: 'the lower priority' })
  })

  it('fences a worker that was frozen for three lease times, and loses nothing', async () => {
    const sourceId = await world.register()
    const runId = await world.startRun(sourceId)
    await world.stored(runId, 3)
    const frozen = await world.holder(runId)
    await frozen.signal('SIGSTOP')
    const frozenAt = performance.now()
    const { epoch } = await world.run(runId)
    await until(async () => (await world.run(runId)).epoch > epoch, { timeoutMs: 60_000, what: 'the take-over' })
    await until(() => performance.now() - frozenAt > 3 * LEASE_MS)
    await frozen.signal('SIGCONT')
    expect(await world.ended(runId)).toMatchObject({ outcome: 'ok' })
    await expectTruth(world.database, sourceId, world.truth.expected())
    const { rows } = await world.database.pool.query<{ clean: boolean }>(
      `SELECT max(committed_at) FILTER (WHERE epoch = $2) <= min(committed_at) FILTER (WHERE epoch > $2) AS clean FROM ledger WHERE run_id = $1`,
      [runId, epoch],
    )
    expect(rows[0]?.clean).toBe(true)
    expect(frozen.alive()).toBe(true)
  })

  it('drains on SIGTERM: exit code 0 in time, the run continues elsewhere and no death is counted', async () => {
    const sourceId = await world.register()
    const runId = await world.startRun(sourceId)
    await world.stored(runId, 2 + Math.floor(Math.random() * 10))
    const leaving = await world.holder(runId)
    await world.cluster.start('worker')
    const termAt = performance.now()
    await leaving.signal('SIGTERM')
    expect(await leaving.exited).toBe(0)
    expect(performance.now() - termAt).toBeLessThan(25_000)
    const run = await world.ended(runId)
    expect(run).toMatchObject({ outcome: 'ok', fencedBatches: 0 })
    expect((await world.database.prisma.source.findUniqueOrThrow({ where: { id: sourceId } })).processDeaths).toBe(0)
    await expectTruth(world.database, sourceId, world.truth.expected())
  })

  it.runIf(backend === 'postgres')('ends a run on the version it began with when a new one is published', async () => {
    const sourceId = await world.register()
    const runId = await world.startRun(sourceId)
    await world.stored(runId, 2)
    const before = await world.database.prisma.source.findUniqueOrThrow({ where: { id: sourceId } })
    const config = { ...world.truth.config(), tables: [{ name: 'truth', cursorColumn: 'updated_at', textColumns: ['payload'] }] }
    await updateSource(world.database, { sourceId, expectedRevision: null, config, actor: 'test' })
    const run = await world.ended(runId)
    expect(run).toMatchObject({ outcome: 'ok', versionId: before.versionId })
    const versions = await world.database.pool.query('SELECT DISTINCT version FROM records WHERE source_id = $1', [sourceId])
    expect(versions.rows).toEqual([{ version: 1 }])
    await expectTruth(world.database, sourceId, world.truth.expected())
  })

  it('leaves nothing of a source that is deleted while it runs', async () => {
    const sourceId = await world.register()
    const runId = await world.startRun(sourceId)
    await world.stored(runId, 2)
    await markDeleting(world.database, sourceId, 'test')
    const left = async (): Promise<string[]> => {
      const names: string[] = []
      for (const table of ['records', 'ledger', 'quarantine', 'events', 'runs', 'leases', 'streams', 'credentials', 'source_versions'])
        if ((await world.database.pool.query(`SELECT FROM ${table} WHERE source_id = $1 LIMIT 1`, [sourceId])).rows.length > 0) names.push(table)
      if ((await world.database.pool.query('SELECT FROM sources WHERE id = $1', [sourceId])).rows.length > 0) names.push('sources')
      return names
    }
    await until(async () => (await left()).length === 0, { timeoutMs: 60_000, everyMs: 200, what: 'the source to be gone' })
    // The worker that read it is free again and does its next run.
    const next = await world.register()
    expect(await world.ended(await world.startRun(next))).toMatchObject({ outcome: 'ok' })
    expect(await left()).toEqual([])
  })

  it.runIf(backend === 'postgres')('holds workers back while no scribe runs, and drains when one comes', async () => {
    for (const scribe of world.cluster.processes().filter((process) => process.app === 'scribe' && process.alive())) {
      await scribe.signal('SIGTERM')
      await scribe.exited
    }
    const sourceId = await world.register()
    const runId = await world.startRun(sourceId)
    const inFlight = 12
    await until(async () => (await world.run(runId)).forwardedBatches === inFlight, { timeoutMs: 60_000, what: 'the window to be full' })
    const worker = await world.holder(runId)
    const memory: number[] = []
    await until(
      async () => {
        memory.push(residentBytes(worker.pid))
        return memory.length >= 20
      },
      { everyMs: 200 },
    )
    expect((await world.run(runId)).forwardedBatches).toBe(inFlight)
    expect(Math.max(...memory) - (memory[0] ?? 0)).toBeLessThan(64 * 1024 * 1024)
    await world.cluster.start('scribe')
    expect(await world.ended(runId)).toMatchObject({ outcome: 'ok' })
    await expectTruth(world.database, sourceId, world.truth.expected())
  })
})

const residentBytes = (pid: number): number => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
