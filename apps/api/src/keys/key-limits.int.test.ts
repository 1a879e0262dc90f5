import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi({
    config: {
      INLET_MAX_SOURCES_PER_KEY: 2,
      INLET_MAX_CREDENTIALS_PER_KEY: 1,
      INLET_MAX_UPLOADS_PER_KEY: 3,
      INLET_MAX_UPLOAD_BYTES_PER_KEY: 250,
      INLET_MAX_STREAMS_PER_KEY: 2,
    },
  })
})
afterAll(() => api.close())

const newKey = async () => ({ key: (await api.addKey(['write'])).key })
const upload = (bytes: number, sending: { key: string }) =>
  api.send('POST', '/v1/uploads?name=a.txt', { raw: 'x'.repeat(bytes), headers: { 'content-type': 'text/plain' }, ...sending })

describe('one API key', () => {
  it('registers up to the limit of sources, and more when some are deleted; another key is not affected', async () => {
    const mine = await newKey()
    const made = [await api.post('/v1/sources', newSource(), mine), await api.post('/v1/sources', newSource(), mine)]
    expect(made.map(({ status }) => status)).toEqual([201, 201])
    const refused = await api.post('/v1/sources', newSource(), mine)
    expect(problemOf(refused)).toEqual([409, 'LIMIT_REACHED'])
    expect(refused.body.detail).toContain('INLET_MAX_SOURCES_PER_KEY')
    expect((await api.post('/v1/sources', newSource(), await newKey())).status).toBe(201)
    await api.database.pool.query('DELETE FROM sources WHERE id = $1', [made[0]?.body.id])
    expect((await api.post('/v1/sources', newSource(), mine)).status).toBe(201)
  })

  it('creates up to the limit of shared credentials; the secrets of sources do not count', async () => {
    const mine = await newKey()
    const credential = (name: string) => api.post('/v1/credentials', { name, connector: 'toy', secrets: { password: 'abc' } }, mine)
    await api.post('/v1/sources', newSource({ secrets: { password: 'abc' } }), mine)
    expect((await credential('limited-1')).status).toBe(201)
    expect(problemOf(await credential('limited-2'))).toEqual([409, 'LIMIT_REACHED'])
  })

  it('keeps up to the limits of uploads and of their bytes', async () => {
    const mine = await newKey()
    for (let n = 0; n < 3; n += 1) expect((await upload(10, mine)).status).toBe(201)
    expect(problemOf(await upload(1, mine))).toEqual([409, 'LIMIT_REACHED'])
    const other = await newKey()
    expect((await upload(200, other)).status).toBe(201)
    expect(problemOf(await upload(51, other))).toEqual([413, 'PAYLOAD_TOO_LARGE'])
    expect((await upload(50, other)).status).toBe(201)
    expect(problemOf(await upload(1, other))).toEqual([409, 'LIMIT_REACHED'])
  })

  it('opens up to the limit of live streams, and another when one ends', async () => {
    const { key } = await newKey()
    const open = async () => {
      const ending = new AbortController()
      const { status } = await fetch(`${api.url}/v1/events/stream`, { headers: { authorization: `Bearer ${key}` }, signal: ending.signal })
      return { status, end: () => ending.abort() }
    }
    const streams = [await open(), await open()]
    const refused = await api.get('/v1/events/stream', { key })
    expect(problemOf(refused)).toEqual([429, 'TOO_MANY_REQUESTS'])
    expect(refused.headers.get('retry-after')).not.toBeNull()
    streams[0]?.end()
    await expect
      .poll(
        async () => {
          const again = await open()
          again.end()
          return again.status
        },
        { timeout: 20_000 },
      )
      .toBe(200)
    streams[1]?.end()
  })

  it('starts runs by ensureFresh only with the scope write', async () => {
    expect(problemOf(await api.get('/v1/records?ensureFresh=1m&wait=0', { key: api.keys.read }))).toEqual([403, 'FORBIDDEN'])
    expect((await api.get('/v1/records', { key: api.keys.read })).status).toBe(200)
  })
})
