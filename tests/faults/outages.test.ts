import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { migrate } from '@inlet/db'
import { startPostgres, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { LEASE_MS } from '../harness/cluster.js'
import { expectTruth } from '../harness/expect-truth.js'
import { type FaultWorld, openFaultWorld } from '../harness/fault-world.js'

const redisServer = inject('redisServer')
/** Longer than a lock lives; INLET_TEST_OUTAGE_MS=90000 shows what an operator sees. */
const OUTAGE_MS = Number(process.env['INLET_TEST_OUTAGE_MS'] ?? 2 * LEASE_MS)

describe.each(redisServer === '' ? ['postgres'] : ['postgres', 'redis'])('outages of everything, queue on %s', (backend) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'inlet-outage-'))
  let server: Awaited<ReturnType<typeof startPostgres>>
  let world: FaultWorld

  const startServer = (port?: number) => startPostgres({ directory, durable: true, ...(port === undefined ? {} : { port }) })
  const startAll = async () => {
    await world.cluster.start('worker')
    await world.cluster.start('worker')
    await world.cluster.start('scribe')
  }

  beforeAll(async () => {
    server = await startServer()
    await migrate(server.url('postgres'))
    world = await openFaultWorld({
      postgresUrl: inject('postgresUrl'),
      template: inject('templateDatabase'),
      storeUrl: server.url('postgres'),
      redisServer: backend === 'redis' ? redisServer : null,
      rows: 40_000,
      seed: `outages-${backend}`,
    })
    await startAll()
  })
  afterAll(async () => {
    await world?.close()
    await server?.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  it('continues by itself when Postgres restarts under load', async () => {
    const sourceId = await world.register()
    const runId = await world.startRun(sourceId)
    await world.stored(runId, 4)
    await server.stop()
    if (process.env['INLET_TEST_OUTAGE_MS'] !== undefined) await sleep(OUTAGE_MS)
    server = await startServer(server.port)
    expect(await world.ended(runId)).toMatchObject({ outcome: 'ok' })
    await expectTruth(world.database, sourceId, world.truth.expected())
    expect(world.cluster.processes().map((process) => process.alive())).toEqual([true, true, true])
  })

  it.runIf(backend === 'redis')(
    'keeps its batches and waits while Redis is unavailable, then continues the same attempt in the same processes',
    async () => {
      const sourceId = await world.register()
      const runId = await world.startRun(sourceId)
      await world.stored(runId, 4)
      await world.redis?.kill()
      await sleep(OUTAGE_MS)
      expect(world.cluster.processes().map((process) => process.alive())).toEqual([true, true, true])
      await world.redis?.restart()
      expect(await world.ended(runId)).toMatchObject({ outcome: 'ok', attempt: 1 })
      await expectTruth(world.database, sourceId, world.truth.expected())
      const next = await world.startRun(sourceId)
      expect(await world.ended(next)).toMatchObject({ outcome: 'ok_nothing_new' })
      expect(world.cluster.processes().map((process) => process.alive())).toEqual([true, true, true])
    },
    OUTAGE_MS + 240_000,
  )

  it('runs each due source once after everything was killed and stood still for hours', async () => {
    const hourly = { cron: '0 * * * *', timeZone: 'UTC' }
    const ids = [await world.register(hourly), await world.register(hourly)]
    await Promise.all(world.cluster.processes().map((process) => process.signal('SIGKILL')))
    await world.database.pool.query(`UPDATE sources SET next_tick_at = date_trunc('hour', now()) - interval '5 hours' WHERE id = ANY($1)`, [ids])
    await startAll()
    await until(
      async () => {
        const { rows } = await world.database.pool.query(`SELECT FROM runs WHERE source_id = ANY($1) AND status = 'ended' AND trigger = 'schedule'`, [
          ids,
        ])
        return rows.length >= ids.length
      },
      { timeoutMs: 90_000, everyMs: 200, what: 'both sources to have run' },
    )
    for (const sourceId of ids) {
      const { rows } = await world.database.pool.query(`SELECT outcome, sum(count)::int AS n FROM ticks WHERE source_id = $1 GROUP BY 1 ORDER BY 1`, [
        sourceId,
      ])
      // An hour may have begun while the test ran.
      expect(rows).toContainEqual({ outcome: 'coalesced', n: 5 })
      const ran = rows.filter(({ outcome }: { outcome: string }) => outcome === 'ran')
      expect(ran).toHaveLength(1)
      await expectTruth(world.database, sourceId, world.truth.expected())
    }
  })
})
