import { answerCall } from '@inlet/db'
import { REASONS } from '@inlet/domain'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi({ callTimeoutMs: 10_000 })
})
afterAll(() => api.close())

interface WaitingCall {
  readonly id: string
  readonly source_id: string | null
  readonly config: unknown
  readonly params: unknown
  readonly sealed: unknown
}

const sendText = (path: string, text: string) => api.send('POST', path, { raw: text, headers: { 'content-type': 'application/json' } })

/** Sends a test, answers it in place of a worker, and returns what the worker was asked. */
const ask = async (path: string, body: object | string, answer = '{"ok":true}') => {
  const sent = typeof body === 'string' ? sendText(path, body) : api.post(path, body)
  const call = await until(async () => {
    const { rows } = await api.database.pool.query<WaitingCall>(`SELECT * FROM calls WHERE kind = 'test' AND status = 'waiting'`)
    return rows[0] ?? null
  })
  await answerCall(api.database, call.id, { status: 'done', answer: { json: answer } })
  return { call, answer: await sent }
}
const mapping = { rows: { expression: '{"title": "x"}' } }

describe('testing a source', () => {
  it('tries the live version, another one or changes to it, and keeps every digit of the result', async () => {
    const created = await api.post('/v1/sources', newSource({ config: { rows: 1 }, mapping }))
    const address = `/v1/sources/${created.body.slug}/test`
    const live = await ask(address, {}, '{"ok":true,"records":[9007199254740993]}')
    expect([live.answer.status, live.answer.text]).toEqual([200, '{"ok":true,"records":[9007199254740993]}'])
    expect(live.call).toMatchObject({ source_id: created.body.id, config: { rows: 1 }, params: { mapping, limit: 20 }, sealed: null })
    await api.send('PUT', `/v1/sources/${created.body.id}/draft`, { json: { config: { rows: 2 }, mapping: null } })
    expect((await ask(address, { version: 'draft' })).call).toMatchObject({ config: { rows: 2 }, params: { mapping: null } })
    const sample = { stream: 'rows', records: [{ data: { n: 1 } }] }
    expect((await ask(address, { version: 1, config: { rows: 3 }, mapping: null, sample, limit: 2 })).call).toMatchObject({
      config: { rows: 3 },
      params: { mapping: null, sample, limit: 2 },
    })
  })

  it('has next steps name the source and the secrets it is read with', async () => {
    const { body } = await api.post('/v1/sources', newSource({ secrets: { token: 'a token that is refused' } }))
    const subject = { source: body.slug, secrets: { names: ['token'], credential: null } }
    expect((await ask(`/v1/sources/${body.id}/test`, {})).call.params).toMatchObject({ subject })
    const checking = api.post(`/v1/sources/${body.id}/check`, {})
    const call = await until(async () => {
      const { rows } = await api.database.pool.query<WaitingCall>(`SELECT * FROM calls WHERE kind = 'check' AND status = 'waiting'`)
      return rows[0] ?? null
    })
    const { next } = REASONS.AUTH_FAILED
    await answerCall(api.database, call.id, { status: 'failed', answer: { reason: 'AUTH_FAILED', message: 'refused', next } })
    expect((await checking).body.failure.next).toMatch(
      new RegExp(`^Put the new secrets .*inlet sources update ${body.slug} --secret token=env:\\w+_TOKEN`),
    )
  })

  it('keeps every digit of a sample, and accepts no such number elsewhere', async () => {
    const { body } = await api.post('/v1/sources', newSource())
    const sample =
      '{"records":[{"data":{"deep":[{"n":-9007199254740993}],"price":0.12345678901234567891,"vast":1e400},"key":9007199254740993}],"stream":"rows"}'
    for (const [path, rest] of [
      [`/v1/sources/${body.id}/test`, ''],
      ['/v1/sources/test', '"connector":"toy",'],
    ] as const) {
      const { call } = await ask(path, `{${rest}"sample":${sample}}`)
      expect(call.params).toMatchObject({ sampleJson: sample })
      const refused = await sendText(path, `{${rest}"limit":9007199254740993,"sample":${sample}}`)
      expect([...problemOf(refused), (refused.body as { field: string }).field]).toEqual([422, 'VALIDATION_FAILED', 'limit'])
    }
  })

  it('tries settings that are not saved, and seals their secrets', async () => {
    const { call } = await ask('/v1/sources/test', { connector: 'toy', config: {}, secrets: { password: 'canary-91b2' }, mapping })
    expect(JSON.stringify(call)).not.toContain('canary-91b2')
    expect(call).toMatchObject({ source_id: null, params: { mapping }, sealed: expect.anything() as unknown })
    const { rows } = await api.database.pool.query('SELECT sealed FROM calls WHERE id = $1', [call.id])
    expect(rows).toEqual([{ sealed: null }])
  })

  it.each<[string, object, string, string]>([
    ['a password among the settings', { config: { password: 'canary-3c0d' } }, 'config', 'VALIDATION_FAILED'],
    ['a password in an address', { config: { url: 'https://a:canary-3c0d@x.example/' } }, 'address', 'URL_CREDENTIALS_NOT_ALLOWED'],
    ['a secret that is not valid', { secrets: { password: 'c', token: 'canary-3c0d' } }, 'config', 'VALIDATION_FAILED'],
  ])('stores nothing of settings whose form is wrong: %s', async (_what, given, step, code) => {
    const saved = await api.post('/v1/sources', newSource())
    const { secrets: _secrets, ...change } = given as { secrets?: object; config?: object }
    const paths = 'secrets' in given ? ['/v1/sources/test'] : ['/v1/sources/test', `/v1/sources/${saved.body.id}/test`]
    for (const path of paths) {
      const answer = await api.post(path, path.endsWith(`${saved.body.id}/test`) ? change : { connector: 'toy', ...given })
      expectContract(answer, 'testNewSource')
      expect(answer.body).toMatchObject({ ok: false, failure: { reason: code } })
      expect(answer.body.steps).toContainEqual(expect.objectContaining({ name: step, status: 'failed', code }))
      expect(answer.text).not.toContain('canary')
    }
    const { rows } = await api.database.pool.query(`SELECT c::text AS text FROM calls c`)
    expect(JSON.stringify(rows)).not.toContain('canary-3c0d')
  })

  it("erases the call's contents once it is answered", async () => {
    const { call } = await ask('/v1/sources/test', { connector: 'toy', config: { url: 'https://x.example/canary-77aa' }, mapping })
    const { rows } = await api.database.pool.query('SELECT status, config, params, sealed FROM calls WHERE id = $1', [call.id])
    expect(rows).toEqual([{ status: 'done', config: {}, params: {}, sealed: null }])
  })

  it('says what a changed mapping means for stored records', async () => {
    const { body } = await api.post('/v1/sources', newSource({ mapping }))
    const patch = (changes: object) => api.patch(`/v1/sources/${body.id}`, changes, { headers: { 'if-match': '*' } })
    expect((await patch({ labels: { a: 'b' } })).body.warnings).toEqual([])
    expect((await patch({ mapping: null })).body.warnings).toMatchObject([{ code: 'MAPPING_CHANGED' }])
  })

  it('says where an expression is wrong', async () => {
    const answer = await api.post('/v1/sources/test', { connector: 'toy', mapping: { rows: { expression: '{\n  "title": $uper(title)\n}' } } })
    expect(problemOf(answer)).toEqual([422, 'MAPPING_SYNTAX'])
    expect(answer.body).toMatchObject({ field: 'mapping.rows.expression', position: { line: 2, column: 12, offset: 13 } })
  })

  it.each<[string, object, number, string]>([
    ['a connector that does not exist', { connector: 'nothing' }, 422, 'UNKNOWN_CONNECTOR'],
    ['no connector', {}, 422, 'VALIDATION_FAILED'],
    ['too many records', { connector: 'toy', limit: 21 }, 422, 'VALIDATION_FAILED'],
    ['an empty sample', { connector: 'toy', sample: { stream: 'rows', records: [] } }, 422, 'VALIDATION_FAILED'],
    ['secrets beside a shared credential', { connector: 'toy', secrets: { password: 'abc' }, credential: 'x' }, 422, 'VALIDATION_FAILED'],
    ['an unknown member', { connector: 'toy', version: 1 }, 422, 'VALIDATION_FAILED'],
  ])('refuses %s', async (_what, body, status, code) => expect(problemOf(await api.post('/v1/sources/test', body))).toEqual([status, code]))

  it('refuses a version or source that does not exist', async () => {
    const { body } = await api.post('/v1/sources', newSource())
    for (const version of [99, 'draft']) expect(problemOf(await api.post(`/v1/sources/${body.id}/test`, { version }))).toEqual([404, 'NOT_FOUND'])
    expect(problemOf(await api.post('/v1/sources/nobody/test', {}))).toEqual([404, 'NOT_FOUND'])
  })
})
