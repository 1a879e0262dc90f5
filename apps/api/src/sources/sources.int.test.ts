import { answerCall, findWaitingCall } from '@inlet/db'
import { openSecrets } from '@inlet/security'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { expectContract, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

const backends = [['postgres', false] as const, ...(inject('redisServer') === '' ? [] : [['redis', true] as const])]

describe.each(backends)('sources on %s', (_name, redis) => {
  let api: TestApi
  beforeAll(async () => {
    api = await startApi({ redis, callTimeoutMs: 3_000 })
  })
  afterAll(() => api.close())

  const register = async (changes: object = {}) => {
    const answer = await api.post('/v1/sources', newSource(changes))
    expect(answer.status).toBe(201)
    return answer.body
  }
  const count = async (sql: string): Promise<number> => Number((await api.database.pool.query(sql)).rows[0]?.n)
  /** Plays the worker: answers the next waiting call. */
  const answerNextCall = async (answer: { status: 'done' | 'failed'; answer: unknown }) => {
    const id = await until(
      async () =>
        (await api.database.pool.query(`SELECT id FROM calls WHERE status = 'waiting' AND deadline > now()`)).rows[0]?.id as string | undefined,
    )
    const call = await findWaitingCall(api.database, id)
    await answerCall(api.database, id, answer)
    return call
  }

  it('registers: source, version, sealed secrets, synced schedule, first run in the queue', async () => {
    const answer = await api.post(
      '/v1/sources',
      newSource({
        name: 'My Feed',
        secrets: { password: 'canary-secret-1' },
        schedule: { cron: '*/5 * * * *', timeZone: 'Europe/Berlin' },
        labels: { env: 'prod' },
        freshWithin: '15m',
        runNow: true,
      }),
    )
    expectContract(answer, 'createSource')
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({
      slug: 'my-feed',
      status: 'ACTIVE',
      state: 'STARTING',
      version: 1,
      freshWithin: '15m',
      fresh: false,
      labels: { env: 'prod' },
      secrets: { password: { set: true } },
      schedule: { cron: '*/5 * * * *', timeZone: 'Europe/Berlin' },
      activeRun: { trigger: 'manual', status: 'queued' },
      warnings: [],
      checked: false,
    })
    const { id, runId } = answer.body
    expect(answer.headers.get('location')).toBe(`/v1/sources/${id}`)
    expect(answer.headers.get('etag')).toBe('"r1"')
    expect(answer.text).not.toContain('canary-secret-1')
    expect(await api.queues.listSchedules()).toContainEqual({ sourceId: id, cron: '*/5 * * * *', timeZone: 'Europe/Berlin' })
    const { rows } = await api.database.pool.query(
      'SELECT s.synced_schedule, c.sealed, r.enqueued_at FROM sources s JOIN credentials c ON c.source_id = s.id JOIN runs r ON r.source_id = s.id WHERE s.id = $1',
      [id],
    )
    expect(rows[0].synced_schedule).toBe('*/5 * * * * Europe/Berlin')
    expect(rows[0].enqueued_at).not.toBeNull()
    expect(JSON.stringify(rows[0].sealed)).not.toContain('canary')
    expect(openSecrets(api.keyring, { ownerId: id, version: 1 }, rows[0].sealed)).toEqual({ password: 'canary-secret-1' })
    const board = api.queues.boardQueues().find(({ name }) => name === 'ingestion')
    expect((await board?.getJob(`${runId}.0`))?.data).toEqual({ v: 1, runId })
    expect(api.logLines.join('')).not.toContain('canary-secret-1')
  })

  it('is found by id and by slug, and a paused registration starts nothing', async () => {
    const source = await register({ paused: true, runNow: true, schedule: { cron: '0 * * * *' } })
    expect(source).toMatchObject({ status: 'PAUSED', state: 'STOPPED', runId: null, activeRun: null })
    const bySlug = await api.get(`/v1/sources/${source.slug}`)
    expectContract(bySlug, 'getSource')
    expect(bySlug.body.id).toBe(source.id)
    expect((await api.queues.listSchedules()).map(({ sourceId }) => sourceId)).not.toContain(source.id)
  })

  it('?check=true registers only what works', async () => {
    const before = await count('SELECT count(*) AS n FROM sources')
    const failing = api.post('/v1/sources?check=true', newSource({ secrets: { password: 'canary-secret-2' } }))
    const call = await answerNextCall({
      status: 'failed',
      answer: { reason: 'AUTH_FAILED', code: 'auth_failed', message: 'the password was refused', next: 'fix it' },
    })
    expect(openSecrets(api.keyring, { ownerId: call?.id ?? '', version: 0 }, call?.sealedSecrets)).toEqual({ password: 'canary-secret-2' })
    const refused = await failing
    expect(problemOf(refused)).toEqual([422, 'AUTH_FAILED'])
    expect(refused.body).toMatchObject({ detail: 'the password was refused', next: 'fix it' })
    expect(await count('SELECT count(*) AS n FROM sources')).toBe(before)
    expect(await count('SELECT count(*) AS n FROM credentials WHERE source_id NOT IN (SELECT id FROM sources)')).toBe(0)

    const working = api.post('/v1/sources?check=true', newSource())
    await answerNextCall({ status: 'done', answer: { ok: true } })
    const missing = { code: 'TEXT_MISSING', stream: 'main', message: 'no record has a title' }
    const others = [{ code: 'NOT_INCREMENTAL', stream: 'main', message: '' }, missing]
    const sampled = await answerNextCall({ status: 'done', answer: { json: JSON.stringify({ warnings: others }) } })
    expect(sampled?.kind).toBe('test')
    expect((await working).body).toMatchObject({ checked: true, warnings: [{ code: 'TEXT_MISSING', message: 'main: no record has a title' }] })
  })

  it('says when no worker answers a check', async () => {
    const before = await count('SELECT count(*) AS n FROM sources')
    expect(problemOf(await api.post('/v1/sources?check=true', newSource()))).toEqual([504, 'CHECK_TIMEOUT'])
    expect(await count('SELECT count(*) AS n FROM sources')).toBe(before)
  })

  it('checks a saved source without decrypting its secrets here', async () => {
    const source = await register({ secrets: { password: 'canary-secret-3' } })
    const checking = api.post(`/v1/sources/${source.id}/check`)
    const call = await answerNextCall({ status: 'failed', answer: { reason: 'UNREACHABLE', message: 'nobody there', next: 'look' } })
    expect(call).toMatchObject({ sourceId: source.id, sealedSecrets: null })
    const answer = await checking
    expectContract(answer, 'checkSource')
    expect(answer.body).toMatchObject({ ok: false, failure: { reason: 'UNREACHABLE', message: 'nobody there' } })
  })

  it('sets the language of its records, without a new version, and reports the progress of indexing them again', async () => {
    const source = await register({ language: 'fr' })
    expect([source.language, source.reindexing]).toEqual(['fr', null])
    const set = await api.patch(`/v1/sources/${source.id}`, { language: 'de' }, { headers: { 'if-match': '"r1"' } })
    expectContract(set, 'updateSource')
    expect(set.body).toMatchObject({ language: 'de', reindexing: { records: 0, done: 0 }, version: 1, revision: 2 })
    const same = await api.patch(`/v1/sources/${source.id}`, { language: 'de' }, { headers: { 'if-match': '"r2"' } })
    expect(same.body).toMatchObject({ revision: 2 })
    const auto = await api.patch(`/v1/sources/${source.id}`, { language: 'auto' }, { headers: { 'if-match': '"r2"' } })
    expect(auto.body).toMatchObject({ language: 'auto', revision: 3 })
    const wrong = await api.patch(`/v1/sources/${source.id}`, { language: 'klingon' }, { headers: { 'if-match': '*' } })
    expect(problemOf(wrong)).toEqual([422, 'VALIDATION_FAILED'])
  })

  it('changes what is named, as a new version when the config changes', async () => {
    const source = await register({ secrets: { password: 'one-two' }, config: { needsPassword: true } })
    const renamed = await api.patch(`/v1/sources/${source.id}`, { name: 'Renamed', labels: { a: 'b' } }, { headers: { 'if-match': '"r1"' } })
    expectContract(renamed, 'updateSource')
    expect(renamed.body).toMatchObject({ name: 'Renamed', labels: { a: 'b' }, version: 1, revision: 2 })
    expect(renamed.headers.get('etag')).toBe('"r2"')

    const changed = await api.patch(
      `/v1/sources/${source.id}`,
      { config: { needsPassword: true, rows: 9 }, secrets: { password: 'three' } },
      { headers: { 'if-match': '"r2"' } },
    )
    expect(changed.body).toMatchObject({ version: 2, config: { rows: 9 }, revision: 3 })
    const versions = await api.get(`/v1/sources/${source.id}/versions`)
    expectContract(versions, 'listVersions')
    expect(versions.body.items.map((version: { number: number; state: string }) => [version.number, version.state])).toEqual([
      [2, 'published'],
      [1, 'retired'],
    ])
    const { rows } = await api.database.pool.query('SELECT version, sealed FROM credentials WHERE source_id = $1', [source.id])
    expect(openSecrets(api.keyring, { ownerId: source.id, version: rows[0].version }, rows[0].sealed)).toEqual({ password: 'three' })

    const same = await api.patch(`/v1/sources/${source.id}`, { name: 'Renamed' }, { headers: { 'if-match': '*' } })
    expect(same.body.revision).toBe(3)
    const without = await api.patch(`/v1/sources/${source.id}`, { secrets: {} }, { headers: { 'if-match': '*' } })
    expect(problemOf(without)).toEqual([422, 'VALIDATION_FAILED'])
    expect(await count(`SELECT count(*) AS n FROM audit WHERE target_id = '${source.id}' AND action = 'source.update'`)).toBe(2)
  })

  it('moves a schedule, and removes it', async () => {
    const source = await register({ schedule: { cron: '0 0 * * *' } })
    const moved = await api.patch(`/v1/sources/${source.id}`, { schedule: { cron: '30 4 * * *' } }, { headers: { 'if-match': '"r1"' } })
    expect(new Date(moved.body.nextRunAt).getUTCHours()).toBe(4)
    expect(await api.queues.listSchedules()).toContainEqual({ sourceId: source.id, cron: '30 4 * * *', timeZone: 'UTC' })
    const none = await api.patch(`/v1/sources/${source.id}`, { schedule: null }, { headers: { 'if-match': '"r2"' } })
    expect(none.body).toMatchObject({ schedule: null, nextRunAt: null })
    expect((await api.queues.listSchedules()).map(({ sourceId }) => sourceId)).not.toContain(source.id)
  })

  it('new settings restart a source that stopped with an error', async () => {
    const source = await register()
    await api.database.pool.query(`UPDATE sources SET status = 'ERROR', status_reason = 'AUTH_FAILED', status_message = 'no' WHERE id = $1`, [
      source.id,
    ])
    const answer = await api.patch(`/v1/sources/${source.id}`, { secrets: { password: 'better' } }, { headers: { 'if-match': '"r1"' } })
    expect(answer.body).toMatchObject({ status: 'ACTIVE', statusReason: null, activeRun: { trigger: 'restart' } })
  })

  it('new settings are tried at once where the next try would come later, other changes are not', async () => {
    const waiting = async () => {
      const source = await register()
      await api.database.pool.query(
        `UPDATE sources SET last_outcome = 'failed', consecutive_failures = 5, restart_at = now() + interval '10 minutes' WHERE id = $1`,
        [source.id],
      )
      return source
    }
    const first = { headers: { 'if-match': '"r1"' } }
    const changed = await api.patch(`/v1/sources/${(await waiting()).id}`, { secrets: { password: 'better' } }, first)
    expect(changed.body).toMatchObject({ restartAt: null, activeRun: { trigger: 'restart' } })
    const labelled = await api.patch(`/v1/sources/${(await waiting()).id}`, { labels: { team: 'crm' } }, first)
    expect(labelled.body).toMatchObject({ restartAt: expect.any(String), activeRun: null })
  })

  it('runs, refuses a second run, pauses, resumes, deletes', async () => {
    const source = await register({ schedule: { cron: '0 0 * * *' } })
    const run = await api.post(`/v1/sources/${source.id}/run`)
    expectContract(run, 'runSource')
    expect(run.status).toBe(202)
    const again = await api.post(`/v1/sources/${source.id}/run`, { allowMassDelete: true })
    expect(problemOf(again)).toEqual([409, 'RUN_IN_PROGRESS'])
    expect(again.body.detail).toContain(run.body.runId)

    const cancelled = await api.post(`/v1/runs/${run.body.runId}/cancel`)
    expectContract(cancelled, 'cancelRun')
    expect(problemOf(await api.post(`/v1/runs/${run.body.runId}/cancel`))).toEqual([409, 'RUN_NOT_ACTIVE'])

    const paused = await api.post(`/v1/sources/${source.slug}/pause`)
    expectContract(paused, 'pauseSource')
    expect(paused.body).toMatchObject({ status: 'PAUSED', state: 'STOPPED' })
    expect(problemOf(await api.post(`/v1/sources/${source.id}/run`))).toEqual([409, 'SOURCE_PAUSED'])
    expect((await api.queues.listSchedules()).map(({ sourceId }) => sourceId)).not.toContain(source.id)
    const resumed = await api.post(`/v1/sources/${source.id}/resume`)
    expect(resumed.body.status).toBe('ACTIVE')
    expect(await api.queues.listSchedules()).toContainEqual({ sourceId: source.id, cron: '0 0 * * *', timeZone: 'UTC' })

    const deleted = await api.delete(`/v1/sources/${source.id}`)
    expectContract(deleted, 'deleteSource')
    expect(deleted.status).toBe(202)
    for (const path of ['', '/ticks', '/versions', '/quarantine'])
      expect(problemOf(await api.get(`/v1/sources/${source.id}${path}`))).toEqual([404, 'NOT_FOUND'])
    expect(problemOf(await api.delete(`/v1/sources/${source.id}`))).toEqual([404, 'NOT_FOUND'])
    expect(problemOf(await api.get(`/v1/runs/${run.body.runId}`))).toEqual([404, 'NOT_FOUND'])
    expect((await api.queues.listSchedules()).map(({ sourceId }) => sourceId)).not.toContain(source.id)
    await register({ name: source.name })
  })

  it('resets cursors between runs, never during one', async () => {
    const source = await register({})
    await api.database.pool.query(
      `INSERT INTO streams (source_id, name, kind, cursor, cursor_epoch, cursor_seq) VALUES ($1, 'a', 'row', '1', 4, 7), ($1, 'b', 'row', '2', 4, 7)`,
      [source.id],
    )
    const run = await api.post(`/v1/sources/${source.id}/run`)
    expect(problemOf(await api.post(`/v1/sources/${source.id}/reset-cursor`))).toEqual([409, 'RUN_IN_PROGRESS'])
    await api.post(`/v1/runs/${run.body.runId}/cancel`)

    expect(problemOf(await api.post(`/v1/sources/${source.id}/reset-cursor`, { stream: 'c' }))).toEqual([404, 'NOT_FOUND'])
    const one = await api.post(`/v1/sources/${source.id}/reset-cursor`, { stream: 'b' })
    expectContract(one, 'resetCursor')
    expect(one.body).toEqual({ streams: ['b'] })
    const cursors = () => api.database.pool.query('SELECT name, cursor FROM streams WHERE source_id = $1 ORDER BY name', [source.id])
    expect((await cursors()).rows).toEqual([
      { name: 'a', cursor: 1 },
      { name: 'b', cursor: null },
    ])
    expect((await api.post(`/v1/sources/${source.slug}/reset-cursor`)).body).toEqual({ streams: ['a', 'b'] })
    expect((await cursors()).rows.map(({ cursor }) => cursor)).toEqual([null, null])
    const { rows } = await api.database.pool.query(`SELECT count(*)::int AS n FROM audit WHERE target_id = $1 AND action = 'source.resetCursor'`, [
      source.id,
    ])
    expect(rows[0]).toEqual({ n: 2 })
  })

  it('accounts for due ticks under the old status, and lists them', async () => {
    const source = await register({ schedule: { cron: '* * * * *' }, paused: true })
    await api.database.pool.query(`UPDATE sources SET next_tick_at = date_trunc('minute', now()) - interval '3 minutes' WHERE id = $1`, [source.id])
    await api.post(`/v1/sources/${source.id}/resume`)
    const ticks = await api.get(`/v1/sources/${source.id}/ticks?limit=2`)
    expectContract(ticks, 'listTicks')
    expect(ticks.body.items.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['paused', 'paused'])
    const rest = await api.get(`/v1/sources/${source.id}/ticks?limit=2&cursor=${ticks.body.nextCursor}`)
    expect(rest.body.items.length).toBeGreaterThan(0)
    expect((await api.get(`/v1/sources/${source.id}/ticks?outcome=ran`)).body.items).toEqual([])
  })
})
