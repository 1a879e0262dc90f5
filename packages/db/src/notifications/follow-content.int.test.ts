import { openTestStore, type TestStore, testBatch } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from '../batches/apply-batch.js'
import { finishRun, type RunFailure } from '../runs/end-run.js'
import { findSource } from '../sources/find-source.js'
import { gatherWhyFacts } from '../why/gather-why-facts.js'
import { reportIncidents } from './report-incidents.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const look = (percent = 5) => reportIncidents(store.database, { one: () => '{}', digest: () => '{}', group: () => '{}' }, { percent })
const incidents = (sourceId: string) =>
  store.rows<{ kind: string; reason: string; message: string; next: string; closed_as: string | null }>(
    'SELECT kind, reason, message, next, closed_as FROM incidents WHERE source_id = $1 ORDER BY opened_at',
    [sourceId],
  )
const run = async (
  sourceId: string,
  {
    stored = 0,
    quarantined = 0,
    caveats = {},
    proved = true,
    error,
    sweeps = false,
  }: { stored?: number; quarantined?: number; caveats?: object; proved?: boolean; error?: RunFailure; sweeps?: boolean },
) => {
  const lease = await store.lease(sourceId)
  const records = [
    ...Array.from({ length: stored }, (_, n) => ({ key: `${lease.runId} ${n}` })),
    ...Array.from({ length: quarantined }, (_, n) => ({ key: `${lease.runId} q${n}`, op: 'q' as const, keyed: true })),
  ]
  const swept = sweeps ? { effects: { sweeps: [{ stream: 'main' }] }, swept: ['main'] } : {}
  if (records.length > 0 || sweeps) await applyBatch(store.database, testBatch({ ...lease, seq: 1, ...swept }, records))
  await finishRun(store.database, {
    runId: lease.runId,
    epoch: lease.epoch,
    streams: [{ name: 'main', error }, { name: 'other' }],
    provedUnchanged: proved,
    listened: proved,
    caveats,
  })
}

describe('incidents about the content of sources', () => {
  it('open when more than a small share is in quarantine, however slowly it grew, and close when it is resolved', async () => {
    const sourceId = await store.addSource()
    await run(sourceId, { stored: 20, quarantined: 5 })
    await look()
    expect(await incidents(sourceId)).toEqual([])
    await run(sourceId, { stored: 1, quarantined: 5 })
    await look(100)
    expect(await incidents(sourceId)).toEqual([])
    await look()
    const message = expect.stringMatching(/^10 of 31 records \(32 %\) are in quarantine, most of them with [A-Z_]+$/) as string
    expect(await incidents(sourceId)).toMatchObject([{ kind: 'quarantine', reason: 'QUARANTINE_SHARE', message, closed_as: null }])
    expect((await findSource(store.database, sourceId))?.incidents).toEqual(['quarantine'])
    expect((await gatherWhyFacts(store.database, sourceId))?.quarantine).toMatchObject({ message, next: expect.stringContaining('inlet quarantine') })
    await run(sourceId, { stored: 400 })
    await look()
    expect(await incidents(sourceId)).toMatchObject([{ kind: 'quarantine', closed_as: 'recovered' }])
    expect((await findSource(store.database, sourceId))?.incidents).toEqual([])
    expect((await gatherWhyFacts(store.database, sourceId))?.quarantine).toBeNull()
  })

  it('are no cause any more for `why` once nothing is in quarantine, before they close', async () => {
    const sourceId = await store.addSource()
    await run(sourceId, { stored: 10, quarantined: 10 })
    await look()
    const shareOf = async () => (await gatherWhyFacts(store.database, sourceId))?.quarantine
    expect(await shareOf()).not.toBeNull()
    await store.database.pool.query(`UPDATE quarantine SET state = 'dropped', state_at = now() WHERE source_id = $1`, [sourceId])
    expect([await shareOf(), await incidents(sourceId)]).toMatchObject([null, [{ kind: 'quarantine', closed_as: null }]])
  })

  it('open when a source that had records suddenly has none, and close when they come again', async () => {
    const [emptied, fresh] = [await store.addSource(), await store.addSource()]
    await run(emptied, { stored: 3 })
    for (const sourceId of [emptied, fresh]) await run(sourceId, { proved: false })
    await look()
    const next = expect.stringContaining('is mounted') as string
    expect(await incidents(emptied)).toMatchObject([
      { kind: 'content', reason: 'SOURCE_EMPTY', message: 'no records came, though 3 are stored', next },
    ])
    expect(await incidents(fresh)).toEqual([])
    await run(emptied, { stored: 1 })
    await look()
    expect(await incidents(emptied)).toMatchObject([{ reason: 'SOURCE_EMPTY', closed_as: 'recovered' }])
  })

  it('open when a run guessed or left out too much, stay while runs fail, and close after one that did not', async () => {
    const sourceId = await store.addSource()
    const caveats = { READ_IN_PART: { count: 1, of: 3, examples: ['sitemap.xml ends in the middle'] } }
    await run(sourceId, { stored: 3, caveats })
    await look()
    expect(await incidents(sourceId)).toMatchObject([{ kind: 'content', reason: 'READ_IN_PART', closed_as: null }])
    const lease = await store.lease(sourceId)
    const failure = { code: 'transient', reason: 'TIMEOUT', message: 'late', next: '' } as const
    await finishRun(store.database, { runId: lease.runId, epoch: lease.epoch, failure })
    await look()
    expect(await incidents(sourceId)).toMatchObject([{ closed_as: null }])
    await run(sourceId, { stored: 3 })
    await look()
    expect(await incidents(sourceId)).toMatchObject([{ kind: 'content', closed_as: 'recovered' }])
  })
})

describe('incidents about what a source does not show', () => {
  it('open when most records are gone and nothing was deleted', async () => {
    const sourceId = await store.addSource()
    await run(sourceId, { stored: 50, sweeps: true })
    await look()
    expect(await incidents(sourceId)).toEqual([])
    await run(sourceId, { sweeps: true })
    await look()
    const next = expect.stringContaining('--allow-mass-delete') as string
    expect(await incidents(sourceId)).toMatchObject([{ kind: 'content', reason: 'MASS_DELETE_REFUSED', next, closed_as: null }])
  })

  it('open when a stream fails three times in a row while others are read, with its own next step', async () => {
    const sourceId = await store.addSource()
    const error = { code: 'config_invalid', reason: 'SCHEMA_CHANGED', message: 'the table orders is gone', next: 'Name another table.' } as const
    for (const times of [1, 2]) {
      await run(sourceId, { stored: 1, error })
      await look()
      expect([times, await incidents(sourceId)]).toEqual([times, []])
    }
    await run(sourceId, { stored: 1, error })
    await look()
    expect(await incidents(sourceId)).toMatchObject([{ kind: 'content', reason: 'SCHEMA_CHANGED', next: 'Name another table.', closed_as: null }])
    await run(sourceId, { stored: 1 })
    await look()
    expect(await incidents(sourceId)).toMatchObject([{ closed_as: 'recovered' }])
  })
})

describe('nextRunAt', () => {
  it('is null for a source in ERROR: its schedule begins nothing', async () => {
    const sourceId = await store.addSource({ schedule: { cron: '0 0 1 1 *', timeZone: 'UTC' } })
    expect((await findSource(store.database, sourceId))?.nextRunAt).toBeInstanceOf(Date)
    const lease = await store.lease(sourceId)
    const failure = { code: 'auth_failed', reason: 'AUTH_FAILED', message: 'refused', next: '' } as const
    await finishRun(store.database, { runId: lease.runId, epoch: lease.epoch, failure })
    expect(await findSource(store.database, sourceId)).toMatchObject({ status: 'ERROR', nextRunAt: null })
    const inAnHour = new Date(Date.now() + 3_600_000)
    await store.rows('UPDATE sources SET restart_at = $2 WHERE id = $1', [sourceId, inAnHour])
    expect(await findSource(store.database, sourceId)).toMatchObject({ nextRunAt: inAnHour })
  })
})
