import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

const backends = inject('redisServer') === '' ? ['postgres'] : ['postgres', 'redis']

describe.each(backends)('one API key, queue on %s', (backend) => {
  let api: TestApi
  beforeAll(async () => {
    api = await startApi({
      redis: backend === 'redis',
      config: {
        INLET_MAX_SOURCES_PER_KEY: 2,
        INLET_MAX_CREDENTIALS_PER_KEY: 1,
        INLET_MAX_UPLOADS_PER_KEY: 3,
        INLET_MAX_UPLOAD_BYTES_PER_KEY: 250,
        INLET_MAX_STREAMS_PER_KEY: 2,
        INLET_MAX_BULK_OPERATIONS_PER_KEY: 2,
      },
    })
  })
  afterAll(() => api.close())

  const newKey = async () => ({ key: (await api.addKey(['write'])).key })
  const upload = (bytes: number, sending: { key: string }) =>
    api.send('POST', '/v1/uploads?name=a.txt', { raw: 'x'.repeat(bytes), headers: { 'content-type': 'text/plain' }, ...sending })

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

  it('stays within its limits when 50 requests come at once', async () => {
    const mine = await newKey()
    const statuses = async (send: (n: number) => Promise<{ status: number }>): Promise<Readonly<Record<number, number>>> => {
      const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => send(n)))
      const count = (wanted: number): number => answers.filter(({ status }) => status === wanted).length
      return Object.fromEntries([...new Set(answers.map(({ status }) => status))].map((status) => [status, count(status)]))
    }
    expect(await statuses(() => api.post('/v1/sources', newSource({ runNow: false }), mine))).toEqual({ 201: 2, 409: 48 })
    const credential = { connector: 'toy', secrets: { password: 'abc' } }
    expect(await statuses((n) => api.post('/v1/credentials', { ...credential, name: `at-once-${n}` }, mine))).toEqual({ 201: 1, 409: 49 })
    const uploads = await statuses(() => upload(100, mine))
    expect(uploads[201]).toBe(2)
    const { rows } = await api.database.pool.query<{ bytes: number }>(
      `SELECT max(bytes)::int AS bytes FROM (SELECT sum(size) AS bytes FROM uploads GROUP BY created_by) owners`,
    )
    expect(rows[0]?.bytes).toBeLessThanOrEqual(250)
  })

  it('has up to the limit of bulk operations in progress, and another when one is over', async () => {
    const mine = await newKey()
    const { body: source } = await api.post('/v1/sources', newSource({ runNow: false }))
    const begin = () => api.post('/v1/bulk-operations', { action: 'pause', sources: [source.id] }, mine)
    // Somebody else has them in hand, so that none of them ends.
    const holdAll = () =>
      api.database.pool.query(`UPDATE bulk_operations SET held_until = now() + interval '1 hour', holder = 'another', done_at = NULL`)
    await api.database.pool.query(`CREATE FUNCTION keep_open() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.done_at := NULL; RETURN NEW; END $$`)
    await api.database.pool.query('CREATE TRIGGER keep_open BEFORE UPDATE ON bulk_operations FOR EACH ROW EXECUTE FUNCTION keep_open()')
    const answers = await Promise.all(Array.from({ length: 20 }, begin))
    await holdAll()
    expect(answers.filter(({ status }) => status === 202).length).toBe(2)
    expect(answers.filter((answer) => answer.status !== 202).map(problemOf)).toEqual(Array.from({ length: 18 }, () => [409, 'LIMIT_REACHED']))
    const [first] = answers.filter(({ status }) => status === 202)
    await api.post(`/v1/bulk-operations/${first?.body.id}/stop`, undefined, mine)
    expect((await begin()).status).toBe(202)
    await api.database.pool.query('DROP TRIGGER keep_open ON bulk_operations')
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
