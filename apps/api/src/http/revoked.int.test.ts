import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { followStream } from '../../testing/follow-stream.js'
import { newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const happen = (type: string) => api.database.pool.query(`INSERT INTO events (type, level, message) VALUES ($1, 'info', 'x')`, [type])

const untilClosed = (stream: { readonly isClosed: boolean }, type: string) =>
  until(async () => {
    await happen(type)
    return stream.isClosed
  })

describe('a key that is revoked while a request is open', () => {
  it('receives no more events', async () => {
    const { id, key } = await api.addKey(['read'])
    const stream = await followStream(api, '/v1/events/stream', { authorization: `Bearer ${key}` })
    await until(async () => {
      await happen('before')
      return stream.text.includes('event: before')
    })
    await api.delete(`/v1/keys/${id}`)
    await untilClosed(stream, 'after')
    const shown = stream.text
    await happen('late')
    expect([stream.response.status, stream.text]).toEqual([200, shown])
  })

  it('gets no response that took long', async () => {
    const { id, key } = await api.addKey(['read'])
    const { nextToken } = (await api.get('/v1/changes?after=now')).body
    const waiting = api.get(`/v1/changes?after=${nextToken}&wait=3`, { key })
    await api.delete(`/v1/keys/${id}`)
    expect(problemOf(await waiting)).toEqual([401, 'UNAUTHENTICATED'])
  })

  it('ends streams of its sessions; so does signing out', async () => {
    const signedIn = await api.post('/v1/sign-in', { key: api.keys.read }, { key: null })
    const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const stream = await followStream(api, '/v1/events/stream', { cookie })
    await api.post('/v1/sources', newSource())
    await until(() => stream.text.includes('event: source.created'))
    await api.delete('/v1/session', { key: null, headers: { cookie, 'x-inlet-csrf': signedIn.body.csrfToken } })
    await untilClosed(stream, 'after')
    expect(stream.isClosed).toBe(true)
  })
})
