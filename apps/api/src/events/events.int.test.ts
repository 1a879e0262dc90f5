import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { followStream } from '../../testing/follow-stream.js'
import { expectContract, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const addEvent = async (type: string, sourceId: string | null = null): Promise<string> =>
  (await api.database.pool.query(`INSERT INTO events (type, level, message, source_id) VALUES ($1, 'info', 'x', $2) RETURNING id`, [type, sourceId]))
    .rows[0].id

const count = (text: string, type: string): number => text.split(`event: ${type}\n`).length - 1

describe('events', () => {
  it('lists what happened, newest first or after an id', async () => {
    const source = (await api.post('/v1/sources', newSource())).body
    const list = await api.get(`/v1/events?source=${source.slug}`)
    expectContract(list, 'listEvents')
    expect(list.body.items).toMatchObject([{ type: 'source.created', sourceId: source.id, source: source.slug }])
    const first = await addEvent('test.list')
    const second = await addEvent('test.list')
    expect((await api.get('/v1/events?type=test.list')).body.items.map(({ id }: { id: string }) => id)).toEqual([second, first])
    const after = await api.get(`/v1/events?type=test.list&after=${Number(first) - 1}&limit=1`)
    expect(after.body.items.map(({ id }: { id: string }) => id)).toEqual([first])
    const next = await api.get(`/v1/events?type=test.list&after=${Number(first) - 1}&limit=1&cursor=${after.body.nextCursor}`)
    expect(next.body.items.map(({ id }: { id: string }) => id)).toEqual([second])
    expect((await api.get('/v1/events?level=error')).body.items).toEqual([])
    expect(problemOf(await api.get('/v1/events?after=-1'))).toEqual([422, 'VALIDATION_FAILED'])
    expect(problemOf(await api.get('/v1/events?source=unknown'))).toEqual([404, 'NOT_FOUND'])
  })

  it('streams what happens to all who follow, filtered', async () => {
    const all = await followStream(api, '/v1/events/stream')
    const some = await followStream(api, '/v1/events/stream?type=test.b')
    expect(all.response.headers.get('content-type')).toContain('text/event-stream')
    await addEvent('test.a')
    await addEvent('test.b')
    await until(() => count(all.text, 'test.a') === 1 && count(all.text, 'test.b') === 1 && count(some.text, 'test.b') === 1)
    expect(count(some.text, 'test.a')).toBe(0)
    all.stop()
    some.stop()
  })

  it('resumes after Last-Event-ID without a gap', async () => {
    const before = await addEvent('test.resume')
    const missed = await addEvent('test.resume')
    const stream = await followStream(api, '/v1/events/stream?type=test.resume', { 'last-event-id': before })
    await until(() => count(stream.text, 'test.resume') === 1)
    expect(stream.text).toContain(`id: ${missed}\n`)
    await addEvent('test.resume')
    await until(() => count(stream.text, 'test.resume') === 2)
    stream.stop()
  })

  it('delivers an event that was committed after one with a higher id', async () => {
    const stream = await followStream(api, '/v1/events/stream?type=test.late')
    const client = await api.database.pool.connect()
    await client.query('BEGIN')
    await client.query(`INSERT INTO events (type, level, message) VALUES ('test.late', 'info', 'low id, late')`)
    await addEvent('test.late')
    await until(() => count(stream.text, 'test.late') === 1)
    await client.query('COMMIT')
    client.release()
    await until(() => count(stream.text, 'test.late') === 2)
    expect(stream.text).toContain('low id, late')
    stream.stop()
  })

  it('refuses an invalid Last-Event-ID', async () =>
    expect(problemOf(await api.get('/v1/events/stream', { headers: { 'last-event-id': 'x; DROP' } }))).toEqual([422, 'VALIDATION_FAILED']))
})
