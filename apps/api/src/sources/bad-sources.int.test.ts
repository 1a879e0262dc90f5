import { connectors } from '@inlet/connectors'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSource, problemOf, startApi, startSilentServer, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi({ connectors: connectors.filter(({ type }) => type === 'git') })
})
afterAll(() => api.close())

const create = (changes: object) => api.post('/v1/sources', newSource(changes))

describe('names', () => {
  it.each([
    ['empty', ''],
    ['blanks', '  \t '],
    ['256 characters', 'x'.repeat(256)],
    ['a control character', 'a\u0007b'],
    ['NUL', 'a\u0000b'],
    ['half a pair', 'a\ud800'],
  ])('%s', async (_title, name) => expect(problemOf(await create({ name }))).toEqual([422, 'VALIDATION_FAILED']))
  it('255 characters are fine', async () => expect((await create({ name: 'y'.repeat(255) })).status).toBe(201))
  it('the same name in another case or form is taken, for a change as well', async () => {
    expect((await create({ name: 'Café Feed' })).status).toBe(201)
    for (const name of ['Café Feed', 'CAFÉ FEED', 'Cafe\u0301 Feed', ' café  feed '])
      expect(problemOf(await create({ name }))).toEqual([409, 'NAME_TAKEN'])
    const other = await create({ name: 'Other' })
    expect(problemOf(await api.patch(`/v1/sources/${other.body.id}`, { name: 'cafÉ feed' }, { headers: { 'if-match': '*' } }))).toEqual([
      409,
      'NAME_TAKEN',
    ])
  })
  it('different names with the same slug get different slugs; a given slug must be unique', async () => {
    const first = await create({ name: 'A & B' })
    const second = await create({ name: 'A + B' })
    expect([first.body.slug, second.body.slug.startsWith('a-b-')]).toEqual(['a-b', true])
    expect(problemOf(await create({ slug: 'a-b' }))).toEqual([409, 'ID_TAKEN'])
  })
  it('an unknown connector', async () => expect(problemOf(await create({ connector: 'nothing' }))).toEqual([422, 'UNKNOWN_CONNECTOR']))
  it('two at once: one wins', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => create({ name: 'Race' })))
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409, 409, 409, 409])
  })
})

describe('URLs of git', () => {
  it.each(['ext::sh -c id', '--upload-pack=touch /tmp/x', '-oProxyCommand=id', '/tmp/repo', 'file:///tmp/repo', 'git@example.org:x/y.git'])(
    '%s',
    async (url) => {
      const answer = await create({ connector: 'git', config: { url } })
      expect(problemOf(answer)).toEqual([422, 'GIT_URL_NOT_ALLOWED'])
      expect(answer.text).toContain('config.url')
    },
  )
  it('a local folder: the answer names the setting for it', async () =>
    expect((await create({ connector: 'git', config: { url: '/tmp/repo' } })).body.detail).toContain('`path`'))
  it('a private address is refused', async () =>
    expect(problemOf(await create({ connector: 'git', config: { url: 'https://127.0.0.1/x.git' } }))).toEqual([422, 'URL_BLOCKED_ADDRESS']))
})

describe('schedules', () => {
  it.each([
    '',
    '*',
    '* * * * * *',
    '60 * * * *',
    '*/0 * * * *',
    '5-1 * * * *',
    '1,,2 * * * *',
    '*/61 * * * *',
    'H * * * *',
    '@reboot',
    '１ * * * *',
    '0 0 * * MOON',
  ])('cron %j', async (cron) => expect(problemOf(await create({ schedule: { cron } }))).toEqual([422, 'INVALID_CRON']))
  it('never fires', async () => expect(problemOf(await create({ schedule: { cron: '0 0 31 2 *' } }))).toEqual([422, 'CRON_NEVER_FIRES']))
  it.each(['Mars/Phobos', '', 'UTC; drop'])('time zone %j', async (timeZone) =>
    expect(problemOf(await create({ schedule: { cron: '* * * * *', timeZone } }))).toEqual([422, 'INVALID_TIMEZONE']),
  )
  it('a rare one is accepted with a warning', async () => {
    const answer = await create({ schedule: { cron: '0 0 29 2 *' } })
    expect(answer.status).toBe(201)
    expect(answer.body.warnings).toMatchObject([{ code: 'RARE' }])
  })
})

describe('addresses, checked when saved', () => {
  const rows: [string, string][] = [
    ...[
      'http://2130706433/',
      'http://0177.0.0.1/',
      'http://0x7f.0.0.1/',
      'http://127.1/',
      'http://１２７.0.0.1/',
      'http://127.0.0.1./',
      'http://[::1]/',
      'http://[::ffff:127.0.0.1]/',
    ].map((url): [string, string] => [url, 'URL_BLOCKED_ADDRESS']),
    ...[
      'http://[64:ff9b::7f00:1]/',
      'http://[2002:7f00:1::]/',
      'http://10.0.0.1/',
      'http://169.254.169.254/latest',
      'http://100.64.0.1/',
      'http://224.0.0.1/',
      'http://localhost/',
      'http://localhost./',
    ].map((url): [string, string] => [url, 'URL_BLOCKED_ADDRESS']),
    ['https://user:canary-pass@example.com/', 'URL_CREDENTIALS_NOT_ALLOWED'],
    ['file:///etc/passwd', 'URL_SCHEME_NOT_ALLOWED'],
    ['gopher://example.com/', 'URL_SCHEME_NOT_ALLOWED'],
    ['data:text/plain,x', 'URL_SCHEME_NOT_ALLOWED'],
    ['http://8.8.8.8:22/', 'URL_PORT_NOT_ALLOWED'],
    ['http://8.8.8.8:6379/', 'URL_PORT_NOT_ALLOWED'],
    ['http://8.8.8.8/\r\nx: y', 'INVALID_URL'],
    ['not a url', 'INVALID_URL'],
    [`http://8.8.8.8/${'x'.repeat(9_000)}`, 'URL_TOO_LONG'],
  ]
  it.each(rows)('%s', async (url, code) => {
    const answer = await create({ config: { url } })
    expect(problemOf(answer)).toEqual([422, code])
    expect(answer.body.field).toBe('config.url')
    expect(answer.text).not.toContain('canary-pass')
  })

  it('no packet leaves', async () => {
    const server = await startSilentServer()
    await create({ config: { url: server.url } })
    expect(server.hits()).toBe(0)
    server.close()
  })

  it('a change is checked like a registration', async () => {
    const source = await create({})
    const answer = await api.patch(`/v1/sources/${source.body.id}`, { config: { url: 'http://10.0.0.1/' } }, { headers: { 'if-match': '*' } })
    expect(problemOf(answer)).toEqual([422, 'URL_BLOCKED_ADDRESS'])
    expect((await api.get(`/v1/sources/${source.body.id}`)).body).toMatchObject({ version: 1, config: {} })
  })
})

describe('concurrency', () => {
  it('a change needs the ETag of what was read', async () => {
    const { id } = (await create({})).body
    expect(problemOf(await api.patch(`/v1/sources/${id}`, { labels: {} }))).toEqual([428, 'PRECONDITION_REQUIRED'])
    for (const etag of ['"r7"', '"nonsense"', 'r1', '"r1", "r2"'])
      expect(problemOf(await api.patch(`/v1/sources/${id}`, { labels: {} }, { headers: { 'if-match': etag } }))).toEqual([412, 'PRECONDITION_FAILED'])
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((value) => api.patch(`/v1/sources/${id}`, { labels: { value } }, { headers: { 'if-match': '"r1"' } })),
    )
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 412, 412])
  })

  it('an Idempotency-Key makes a repetition harmless', async () => {
    const body = newSource()
    const headers = { 'idempotency-key': 'key-1' }
    const first = await api.post('/v1/sources', body, { headers })
    const again = await api.post('/v1/sources', body, { headers })
    expect([first.status, again.status, again.text === first.text]).toEqual([201, 201, true])
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'))
    expect(problemOf(await api.post('/v1/sources', newSource(), { headers }))).toEqual([422, 'IDEMPOTENCY_KEY_REUSED'])
    // Another caller's key is a different key.
    expect(problemOf(await api.post('/v1/sources', body, { headers, key: api.keys.write }))).toEqual([409, 'NAME_TAKEN'])
    expect(problemOf(await api.post('/v1/sources', body, { headers: { 'idempotency-key': 'a b' } }))).toEqual([422, 'VALIDATION_FAILED'])
  })

  it('of several concurrent requests with one key, one does the work', async () => {
    const body = newSource()
    const answers = await Promise.all(Array.from({ length: 4 }, () => api.post('/v1/sources', body, { headers: { 'idempotency-key': 'key-2' } })))
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThan(0)
    expect(answers.every(({ status, body: problem }) => status === 201 || problem.code === 'IDEMPOTENCY_IN_PROGRESS')).toBe(true)
    const { rows } = await api.database.pool.query('SELECT count(*)::int AS n FROM sources WHERE name = $1', [body['name']])
    expect(rows[0].n).toBe(1)
  })

  it('a refused request releases its key', async () => {
    const headers = { 'idempotency-key': 'key-3' }
    expect(problemOf(await api.post('/v1/sources', newSource({ connector: 'nothing' }), { headers }))).toEqual([422, 'UNKNOWN_CONNECTOR'])
    expect((await api.post('/v1/sources', newSource(), { headers })).status).toBe(201)
  })
})

describe('ids and paging', () => {
  it.each(['not-there', '..%2F', '%2e%2e', '%E0%A4%A', 'A_B', '00000000-0000-4000-8000-000000000000', 'x'.repeat(300), "'%20or%201=1"])(
    'id %s is 404',
    async (id) => {
      expect(problemOf(await api.get(`/v1/sources/${id}`))).toEqual([404, 'NOT_FOUND'])
      expect(problemOf(await api.get(`/v1/runs/${id}`))).toEqual([404, 'NOT_FOUND'])
      expect(problemOf(await api.get(`/v1/records/${id}`))).toEqual([404, 'NOT_FOUND'])
      expect(problemOf(await api.get(`/v1/uploads/${id}`))).toEqual([404, 'NOT_FOUND'])
    },
  )

  it.each(['/v1/sources', '/v1/runs', '/v1/records', '/v1/events', '/v1/uploads'])('%s refuses bad paging', async (path) => {
    for (const limit of ['0', '-1', '1e9', 'abc', '', '5&limit=6'])
      expect(problemOf(await api.get(`${path}?limit=${limit}`))).toEqual([422, 'VALIDATION_FAILED'])
    for (const cursor of ['abc', 'YWJj.YWJj', '..']) expect(problemOf(await api.get(`${path}?cursor=${cursor}`))).toEqual([400, 'INVALID_CURSOR'])
    expect(problemOf(await api.get(`${path}?nothing=1`))).toEqual([422, 'VALIDATION_FAILED'])
  })

  it('refuses a bad sort and an altered or borrowed cursor', async () => {
    expect(problemOf(await api.get('/v1/sources?sort=password'))).toEqual([422, 'VALIDATION_FAILED'])
    const { nextCursor } = (await api.get('/v1/sources?limit=1')).body
    for (const cursor of [
      `${nextCursor}x`,
      `x${nextCursor}`,
      nextCursor.replace(/.$/, (last: string) => (last === 'A' ? 'B' : 'A')),
      nextCursor.split('.')[0],
    ])
      expect(problemOf(await api.get(`/v1/sources?limit=1&cursor=${cursor}`))).toEqual([400, 'INVALID_CURSOR'])
    expect(problemOf(await api.get(`/v1/sources?limit=1&sort=name&cursor=${nextCursor}`))).toEqual([400, 'INVALID_CURSOR'])
    expect(problemOf(await api.get(`/v1/uploads?cursor=${nextCursor}`))).toEqual([400, 'INVALID_CURSOR'])
    expect((await api.get(`/v1/sources?limit=7&cursor=${nextCursor}`)).status).toBe(200)
  })
})
