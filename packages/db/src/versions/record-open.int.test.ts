import { FAILURE_CODES } from '@inlet/domain'
import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { finishRun } from '../runs/end-run.js'
import { updateSource } from '../sources/update-source.js'
import { recordOpened, recordOpenFailure } from './record-open.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const change = async (sourceId: string, config: Record<string, unknown>, schedule?: { cron: string; timeZone: string }): Promise<string> => {
  const changed = await updateSource(store.database, { sourceId, expectedRevision: null, config, schedule, actor: 'test' })
  return changed?.versionId ?? ''
}
const liveOf = async (sourceId: string) => {
  const [row] = await store.rows<{ id: string; number: number; state: string; status: string; cron: string | null }>(
    'SELECT v.id, v.number, v.state, s.status, s.cron FROM sources s JOIN source_versions v ON v.id = s.version_id WHERE s.id = $1',
    [sourceId],
  )
  if (row === undefined) throw new Error('no live version')
  return row
}
const bad = (sourceId: string, versionId: string, blame: 'version' | 'secrets' = 'version') =>
  recordOpenFailure(store.database, { sourceId, versionId, reason: 'VALIDATION_FAILED', message: 'config.url: missing', blame })

describe('a version that cannot be opened', () => {
  it('is replaced by the last one that could, with its schedule, and the source continues', async () => {
    const sourceId = await store.addSource({ schedule: { cron: '0 1 * * *', timeZone: 'UTC' } })
    const first = await liveOf(sourceId)
    await recordOpened(store.database, first.id)
    await change(sourceId, { n: 2 })
    const third = await change(sourceId, { n: 3 }, { cron: '0 3 * * *', timeZone: 'UTC' })
    expect(await bad(sourceId, third)).toBe(1)
    expect(await liveOf(sourceId)).toMatchObject({ number: 1, state: 'published', status: 'ACTIVE', cron: '0 1 * * *' })
    const states = await store.rows<{ number: number; state: string }>(
      'SELECT number, state FROM source_versions WHERE source_id = $1 ORDER BY number',
      [sourceId],
    )
    expect(states.map(({ state }) => state)).toEqual(['published', 'retired', 'retired'])
    const events = await store.rows(`SELECT level, data FROM events WHERE source_id = $1 AND type = 'source.open_failed'`, [sourceId])
    expect(events).toEqual([{ level: 'error', data: { version: 3, reason: 'VALIDATION_FAILED', liveAgain: 1 } }])
    // The number of the failed version is not reused.
    await change(sourceId, { n: 4 })
    expect((await liveOf(sourceId)).number).toBe(4)
  })

  it('stops the source when no other version could take over', async () => {
    const sourceId = await store.addSource()
    expect(await bad(sourceId, (await liveOf(sourceId)).id)).toBeNull()
    expect(await liveOf(sourceId)).toMatchObject({ number: 1, status: 'ERROR' })
  })

  it('stops the source when secrets are to blame, or when the version was opened before', async () => {
    const secrets = await store.addSource()
    await recordOpened(store.database, (await liveOf(secrets)).id)
    expect(await bad(secrets, await change(secrets, { n: 2 }), 'secrets')).toBeNull()
    const stopped = await liveOf(secrets)
    expect(stopped).toMatchObject({ number: 2, status: 'ERROR' })
    const repaired = await updateSource(store.database, {
      sourceId: secrets,
      expectedRevision: null,
      sealSecrets: () => ({ fields: {} }),
      actor: 'test',
    })
    expect(repaired).toEqual({ changed: true, runId: expect.any(String), versionId: stopped.id })
    await recordOpened(store.database, stopped.id)
    expect(await store.rows('SELECT load_reason AS reason FROM source_versions WHERE id = $1', [stopped.id])).toEqual([{ reason: null }])
    expect(await liveOf(secrets)).toMatchObject({ number: 2, status: 'ACTIVE' })
    const known = await store.addSource()
    await recordOpened(store.database, (await liveOf(known)).id)
    const second = await change(known, { n: 2 })
    await recordOpened(store.database, second)
    expect(await bad(known, second)).toBeNull()
    expect(await liveOf(known)).toMatchObject({ number: 2, status: 'ERROR' })
  })

  it('only marks the version when it is no longer live', async () => {
    const sourceId = await store.addSource()
    const second = await change(sourceId, { n: 2 })
    await change(sourceId, { n: 3 })
    await bad(sourceId, second)
    expect(await liveOf(sourceId)).toMatchObject({ number: 3, status: 'ACTIVE' })
    expect(await store.rows('SELECT load_reason AS reason FROM source_versions WHERE id = $1', [second])).toEqual([{ reason: 'VALIDATION_FAILED' }])
  })

  it('leaves the source to the replacing version, although the run on the failed one ends with its error', async () => {
    const sourceId = await store.addSource()
    await recordOpened(store.database, (await liveOf(sourceId)).id)
    const second = await change(sourceId, { n: 2 })
    const run = await store.lease(sourceId)
    expect(run.version).toMatchObject({ id: second, number: 2 })
    await bad(sourceId, second)
    const failure = { code: 'config_invalid' as const, reason: 'VALIDATION_FAILED', message: 'config.url: missing', next: '' }
    expect(FAILURE_CODES[failure.code].retry).toBe('never')
    expect(await finishRun(store.database, { runId: run.runId, epoch: run.epoch, failure })).toBe('failed')
    expect(await liveOf(sourceId)).toMatchObject({ number: 1, status: 'ACTIVE' })
    expect(await store.rows('SELECT restart_at > now() AS soon FROM sources WHERE id = $1', [sourceId])).toEqual([{ soon: true }])
    expect((await store.lease(sourceId)).version.number).toBe(1)
  })
})

it('keeps a run on the version it began with, whatever is published meanwhile', async () => {
  const sourceId = await store.addSource({ config: { n: 1 } })
  const run = await store.lease(sourceId)
  await change(sourceId, { n: 2 })
  await store.expireLease(sourceId)
  const again = await store.lease(sourceId, { holder: 'another' })
  expect([again.runId, again.attempt, again.version.config]).toEqual([run.runId, 2, { n: 1 }])
  await finishRun(store.database, { runId: run.runId, epoch: again.epoch, streams: [{ name: 'main' }] })
  expect((await store.lease(sourceId)).version.config).toEqual({ n: 2 })
})
