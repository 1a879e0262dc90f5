import net from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const json = { 'content-type': 'application/json' }
const sendRaw = (raw: string | Uint8Array, headers: Record<string, string> = json) => api.send('POST', '/v1/sources', { raw, headers })
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

describe('bodies that cannot be used', () => {
  it.each([
    ['an open brace', '{', 400, 'MALFORMED_JSON'],
    ['nothing', '', 400, 'MALFORMED_JSON'],
    ['blanks', '   ', 400, 'MALFORMED_JSON'],
    ['trailing text', '{} x', 400, 'MALFORMED_JSON'],
    ['null', 'null', 422, 'VALIDATION_FAILED'],
    ['an array', '[]', 422, 'VALIDATION_FAILED'],
    ['a string', '"x"', 422, 'VALIDATION_FAILED'],
    ['depth 100', nested(100), 400, 'JSON_TOO_DEEP'],
    ['100k keys', `{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":1`).join(',')}}`, 400, 'JSON_TOO_MANY_KEYS'],
    ['__proto__', '{"__proto__":{"x":1}}', 400, 'FORBIDDEN_KEY'],
    ['an escaped __proto__', '{"config":{"\\u005f_proto__":1}}', 400, 'FORBIDDEN_KEY'],
    ['constructor.prototype', '{"config":{"constructor":{"prototype":1}}}', 400, 'FORBIDDEN_KEY'],
    ['a key twice', '{"name":"a","name":"b"}', 400, 'DUPLICATE_KEY'],
    ['a key twice, escaped', '{"name":"a","n\\u0061me":"b"}', 400, 'DUPLICATE_KEY'],
  ])('%s', async (_title, raw, status, code) => expect(problemOf(await sendRaw(raw))).toEqual([status, code]))

  it('5 MB', async () => expect(problemOf(await sendRaw(`{"name":"${'x'.repeat(5_000_000)}"}`))).toEqual([413, 'PAYLOAD_TOO_LARGE']))

  it('bytes that are not UTF-8', async () => expect(problemOf(await sendRaw(Buffer.from([0x7b, 0xff, 0x7d])))).toEqual([400, 'MALFORMED_JSON']))

  it.each([
    ['text', { 'content-type': 'text/plain' }],
    ['no type', { 'content-type': '' }],
    ['another charset', { 'content-type': 'application/json; charset=utf-16' }],
    ['a content encoding', { ...json, 'content-encoding': 'gzip' }],
    ['an unknown content encoding', { ...json, 'content-encoding': 'x-mine' }],
  ])('%s is 415', async (_title, headers) => expect(problemOf(await sendRaw('{}', headers))).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']))

  it('accepts UTF-8 declared in other ways', async () => {
    const answer = await sendRaw(JSON.stringify(newSource()), { 'content-type': 'Application/JSON; charset="UTF-8"' })
    expect(answer.status).toBe(201)
  })

  it('never quotes the body', async () => {
    const answer = await sendRaw('{"secrets":{"password":"canary-in-body"}')
    expect(problemOf(answer)).toEqual([400, 'MALFORMED_JSON'])
    expect(answer.text).not.toContain('canary')
  })

  it.each([
    ['an unknown field', { extra: 1 }, 'extra'],
    ['a client-set id', { id: 'x' }, 'id'],
    ['a client-set createdAt', { createdAt: '2020-01-01T00:00:00Z' }, 'createdAt'],
    ['a wrong type', { paused: 'true' }, 'paused'],
    ['a number as text in the config', { config: { rows: '5' } }, 'config.rows'],
    ['an unknown field in the config', { config: { nothing: 1 } }, 'config.nothing'],
    ['an unknown secret', { secrets: { nothing: 'x' } }, 'secrets.nothing'],
    ['too short a secret', { secrets: { password: 'ab' } }, 'secrets.password'],
    ['labels that are not text', { labels: { a: 1 } }, 'labels.a'],
    ['a bad label name', { labels: { 'a b': 'x' } }, 'labels.a b'],
    ['a bad duration', { freshWithin: '15' }, 'freshWithin'],
    ['a bad slug', { slug: 'Not A Slug' }, 'slug'],
  ])('%s is named', async (_title, changes, path) => {
    const answer = await api.post('/v1/sources', newSource(changes))
    expect(problemOf(answer)).toEqual([422, 'VALIDATION_FAILED'])
    expect(answer.body.errors.map((problem: { path: string }) => problem.path)).toContain(path)
  })

  it.each([
    ['2^53+1', '9007199254740993'],
    ['1e400', '1e400'],
  ])('%s as a number', async (_title, number) => {
    const answer = await sendRaw(`{"name":"n","connector":"toy","config":{"rows":${number}}}`)
    expect(problemOf(answer)).toEqual([422, 'VALIDATION_FAILED'])
    expect(answer.body.field).toBe('config.rows')
  })

  it('asks a connector about rules that a schema cannot express', async () => {
    const answer = await api.post('/v1/sources', newSource({ config: { needsPassword: true } }))
    expect(problemOf(answer)).toEqual([422, 'VALIDATION_FAILED'])
    expect(answer.body.field).toBe('secrets.password')
  })

  it('register nothing', async () => {
    const { rows } = await api.database.pool.query(`SELECT count(*)::int AS n FROM sources`)
    expect(rows[0].n).toBe(1)
  })

  it('survives a client that disconnects in the middle of a body', async () => {
    const socket = net.connect(Number(new URL(api.url).port), '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.write(
      `POST /v1/sources HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${api.keys.write}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"name"`,
    )
    socket.destroy()
    expect((await api.get('/health', { key: null })).status).toBe(200)
  })
})
