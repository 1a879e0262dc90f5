import { until } from '@inlet/testing'
import { describe, expect, inject, it } from 'vitest'
import { newSource, problemOf, startApi } from '../../testing/start-api.js'

describe.skipIf(inject('redisServer') === '')('while Redis is unavailable (needs redis-server on the PATH)', () => {
  it('registers and runs from Postgres alone, reports that it is not ready, and recovers', async () => {
    const api = await startApi({ redis: true, callTimeoutMs: 1_000 })
    await api.redis?.kill()
    const source = await api.post('/v1/sources', newSource({ schedule: { cron: '* * * * *' }, runNow: true }))
    expect([source.status, source.body.state]).toEqual([201, 'STARTING'])
    const { rows } = await api.database.pool.query('SELECT synced_schedule FROM sources WHERE id = $1', [source.body.id])
    // Left to the reconciler, which compares wanted with confirmed schedules.
    expect(rows[0].synced_schedule).toBeNull()
    expect(problemOf(await api.post(`/v1/sources/${source.body.id}/check`))).toEqual([503, 'QUEUE_UNAVAILABLE'])
    expect((await api.get('/v1/sources')).status).toBe(200)
    expect((await api.get(`/v1/sources/${source.body.id}/why`)).body.blocker).toMatchObject({ code: 'QUEUE_UNREACHABLE', who: 'operator' })
    const ready = await api.get('/ready', { key: null })
    expect(ready.status).toBe(503)
    expect(ready.body.checks.filter(({ ok }: { ok: boolean }) => !ok).map(({ name }: { name: string }) => name)).toEqual(['queue'])
    await api.redis?.restart()
    await until(async () => (await api.get('/ready', { key: null })).status === 200)
    await api.close()
  })
})
