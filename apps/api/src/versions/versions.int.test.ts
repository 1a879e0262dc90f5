import { ensureStreams } from '@inlet/db'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, expectContract, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

describe('versions of a source', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await startApi()
  })
  afterAll(() => api.close())

  const register = async (changes: object = {}): Promise<string> => {
    const answer = await api.post('/v1/sources', newSource({ config: { rows: 1 }, ...changes }))
    expect([answer.status, answer.text]).toEqual([201, answer.text])
    return answer.body.id
  }
  const put = (id: string, json: object, ifMatch?: string): Promise<Answer> =>
    api.send('PUT', `/v1/sources/${id}/draft`, { json, headers: ifMatch === undefined ? {} : { 'if-match': ifMatch } })
  const publish = (id: string, ifMatch: string, json?: object): Promise<Answer> =>
    api.post(`/v1/sources/${id}/draft/publish`, json, { headers: { 'if-match': ifMatch } })
  const etagOf = (answer: Answer): string => answer.headers.get('etag') ?? ''
  const versionsOf = async (id: string): Promise<readonly (readonly [number, string])[]> =>
    (await api.get(`/v1/sources/${id}/versions`)).body.items.map((version: { number: number; state: string }) => [version.number, version.state])

  it('accepts a draft, shows what it changes, and publishes it as the next version', async () => {
    const id = await register({ schedule: { cron: '0 4 * * *', timeZone: 'UTC' } })
    const made = await put(id, { config: { rows: 2 }, schedule: null })
    expectContract(made, 'saveDraft')
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ config: { rows: 2 }, mapping: null, schedule: null, liveVersion: 1 })
    expect(made.body.changes).toEqual([
      { path: 'config.rows', before: 1, after: 2 },
      { path: 'schedule', before: { cron: '0 4 * * *', timeZone: 'UTC' }, after: null },
    ])
    expect((await api.get(`/v1/sources/${id}`)).body).toMatchObject({ version: 1, config: { rows: 1 }, hasDraft: true })
    expectContract(await api.get(`/v1/sources/${id}/draft`), 'getDraft')

    const published = await publish(id, etagOf(made))
    expectContract(published, 'publishDraft')
    expect(published.body).toMatchObject({ version: 2, config: { rows: 2 }, schedule: null, nextRunAt: null, hasDraft: false, openError: null })
    expect(await versionsOf(id)).toEqual([
      [2, 'published'],
      [1, 'retired'],
    ])
    expect(problemOf(await api.get(`/v1/sources/${id}/draft`))).toEqual([404, 'NOT_FOUND'])
    const { rows } = await api.database.pool.query(`SELECT params, status FROM calls WHERE source_id = $1 AND kind = 'load'`, [id])
    const live = await api.database.pool.query('SELECT version_id FROM sources WHERE id = $1', [id])
    expect(rows).toEqual([{ params: { versionId: live.rows[0].version_id }, status: 'waiting' }])
    await until(async () => (await api.queues.listSchedules()).every(({ sourceId }) => sourceId !== id))
  })

  it('replaces a draft only for a caller who has read it, and takes what is left out from the live version', async () => {
    const id = await register({ mapping: { rows: { expression: '$' } } })
    const first = etagOf(await put(id, { config: { rows: 2 } }))
    expect(problemOf(await put(id, { config: { rows: 3 } }))).toEqual([428, 'PRECONDITION_REQUIRED'])
    const second = await put(id, { mapping: null }, first)
    expectContract(second, 'saveDraft')
    expect(second.status).toBe(200)
    expect(second.body).toMatchObject({ config: { rows: 1 }, mapping: null })
    expect(problemOf(await put(id, { config: { rows: 3 } }, first))).toEqual([412, 'PRECONDITION_FAILED'])
    expect((await put(id, { config: { rows: 4 } }, '*')).body).toMatchObject({ config: { rows: 4 }, mapping: { rows: { expression: '$' } } })
  })

  it('warns of a stream that no run has found, in draft, publication and change, unless the config changes too', async () => {
    const id = await register()
    const mapping = { rosw: { expression: '$' }, rows: { expression: '$' } }
    expect((await put(id, { mapping })).body.warnings).toEqual([])
    await ensureStreams(api.database, id, [{ name: 'rows', kind: 'row' }])
    const unknown = { code: 'STREAM_UNKNOWN', message: expect.stringMatching(/"rosw".*it has: rows$/) as string }
    const saved = await put(id, { mapping }, '*')
    expectContract(saved, 'saveDraft')
    expect(saved.body.warnings).toEqual([unknown])
    expect((await api.get(`/v1/sources/${id}/draft`)).body.warnings).toEqual([unknown])
    expect((await put(id, { mapping, config: { rows: 7 } }, '*')).body.warnings).toEqual([])
    const published = await publish(id, etagOf(await put(id, { mapping }, '*')), { force: 'examples' })
    expect([published.status, published.body.warnings]).toEqual([200, expect.arrayContaining([unknown])])
    const patched = await api.patch(`/v1/sources/${id}`, { mapping: { rosw: { expression: '$' } } }, { headers: { 'if-match': '*' } })
    expect(patched.body.warnings).toContainEqual(unknown)
  })

  it('deletes a draft, and no longer accepts its ETag', async () => {
    const id = await register()
    const etag = etagOf(await put(id, { config: { rows: 2 } }))
    expect(problemOf(await api.delete(`/v1/sources/${id}/draft`, { headers: { 'if-match': '"r99"' } }))).toEqual([412, 'PRECONDITION_FAILED'])
    expect((await api.delete(`/v1/sources/${id}/draft`, { headers: { 'if-match': etag } })).status).toBe(204)
    expect(problemOf(await api.delete(`/v1/sources/${id}/draft`))).toEqual([404, 'NOT_FOUND'])
    expect(problemOf(await put(id, { config: { rows: 3 } }, etag))).toEqual([412, 'PRECONDITION_FAILED'])
    await put(id, { config: { rows: 3 } })
    expect(problemOf(await publish(id, etag))).toEqual([412, 'PRECONDITION_FAILED'])
  })

  it.each([
    ['an unknown field', { config: { rows: 1, nonsense: true } }, 422, 'VALIDATION_FAILED'],
    ['a rule of the connector', { config: { needsPassword: true } }, 422, 'VALIDATION_FAILED'],
    ['a private address', { config: { url: 'http://127.0.0.1/x' } }, 422, 'URL_BLOCKED_ADDRESS'],
    ['a schedule', { schedule: { cron: '99 * * * *', timeZone: 'UTC' } }, 422, 'INVALID_CRON'],
    ['an expression', { mapping: { rows: { expression: '{"title": ' } } }, 422, 'MAPPING_SYNTAX'],
    ['a member that is no part of a version', { secrets: { password: 'secret-1' } }, 422, 'VALIDATION_FAILED'],
  ])('refuses a draft for %s, as saving would', async (_name, json, status, code) => {
    const id = await register()
    expect(problemOf(await put(id, json))).toEqual([status, code])
    expect(problemOf(await api.get(`/v1/sources/${id}/draft`))).toEqual([404, 'NOT_FOUND'])
  })

  it('publishes nothing for a missing or stale ETag, an unchanged draft, or a config that became invalid', async () => {
    const id = await register()
    const etag = etagOf(await put(id, { config: { rows: 1 } }))
    expect(problemOf(await api.post(`/v1/sources/${id}/draft/publish`))).toEqual([428, 'PRECONDITION_REQUIRED'])
    expect(problemOf(await publish(id, '"r77"'))).toEqual([412, 'PRECONDITION_FAILED'])
    expect(problemOf(await publish(id, etag))).toEqual([409, 'VERSION_UNCHANGED'])
    await api.database.pool.query(`UPDATE source_versions SET config = '{"rows": -1}' WHERE source_id = $1 AND state = 'draft'`, [id])
    expect(problemOf(await publish(id, '*'))).toEqual([422, 'VALIDATION_FAILED'])
    expect(await versionsOf(id)).toEqual([[1, 'published']])
  })

  it('makes the ETag of a draft stale when the live version under it changes', async () => {
    const id = await register()
    const etag = etagOf(await put(id, { config: { rows: 5 } }))
    await api.patch(`/v1/sources/${id}`, { config: { rows: 4 } }, { headers: { 'if-match': '*' } })
    expect(problemOf(await publish(id, etag))).toEqual([412, 'PRECONDITION_FAILED'])
    const seen = await api.get(`/v1/sources/${id}/draft`)
    expect(seen.body).toMatchObject({ liveVersion: 2, changes: [{ path: 'config.rows', before: 4, after: 5 }] })
    expect((await publish(id, etagOf(seen))).body).toMatchObject({ version: 3, config: { rows: 5 } })
  })

  it('lets one of many concurrent publications win', async () => {
    const id = await register()
    const etag = etagOf(await put(id, { config: { rows: 2 } }))
    const answers = await Promise.all(Array.from({ length: 8 }, () => publish(id, etag)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const lost of answers.filter(({ status }) => status !== 200))
      expect([
        [404, 'NOT_FOUND'],
        [412, 'PRECONDITION_FAILED'],
      ]).toContainEqual(problemOf(lost))
    expect(await versionsOf(id)).toEqual([
      [2, 'published'],
      [1, 'retired'],
    ])
  })

  it('creates a version at once for every change by PATCH, of config, mapping or schedule', async () => {
    const id = await register()
    const patch = async (json: object): Promise<unknown> => (await api.patch(`/v1/sources/${id}`, json, { headers: { 'if-match': '*' } })).body
    const answers = await Promise.all(
      [2, 3, 4, 5].map((rows) => api.patch(`/v1/sources/${id}`, { config: { rows } }, { headers: { 'if-match': '*' } })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(await patch({ schedule: { cron: '0 1 * * *', timeZone: 'UTC' } })).toMatchObject({ version: 6 })
    expect(await patch({ mapping: { '*': { expression: '$' } } })).toMatchObject({ version: 7, mapping: { '*': { expression: '$' } } })
    expect(await patch({ name: `Named ${id}` })).toMatchObject({ version: 7 })
    const third = await api.get(`/v1/sources/${id}/versions/6`)
    expectContract(third, 'getVersion')
    expect(third.body).toMatchObject({ number: 6, state: 'retired', mapping: null, schedule: { cron: '0 1 * * *' } })
  })

  it('rolls back to an earlier version with its schedule, as a new version that says so', async () => {
    const id = await register({ schedule: { cron: '0 4 * * *', timeZone: 'UTC' } })
    await api.patch(`/v1/sources/${id}`, { config: { rows: 2 }, schedule: { cron: '0 5 * * *', timeZone: 'UTC' } }, { headers: { 'if-match': '*' } })
    const back = await api.post(`/v1/sources/${id}/rollback`, { version: 1 })
    expectContract(back, 'rollBack')
    expect(back.body).toMatchObject({ version: 3, config: { rows: 1 }, schedule: { cron: '0 4 * * *' } })
    expect((await api.get(`/v1/sources/${id}/versions/3`)).body).toMatchObject({ restoredFrom: 1, state: 'published' })
    const { rows } = await api.database.pool.query(`SELECT action FROM audit WHERE target_id = $1 ORDER BY id DESC LIMIT 1`, [id])
    expect(rows).toEqual([{ action: 'source.rollback:1' }])
    expect(problemOf(await api.post(`/v1/sources/${id}/rollback`, { version: 1 }))).toEqual([409, 'VERSION_UNCHANGED'])
    expect(problemOf(await api.post(`/v1/sources/${id}/rollback`, { version: 9 }))).toEqual([404, 'NOT_FOUND'])
    expect(problemOf(await api.post(`/v1/sources/${id}/rollback`, { version: 2 }, { headers: { 'if-match': '"r1"' } }))).toEqual([
      412,
      'PRECONDITION_FAILED',
    ])
    expect((await api.get(`/v1/events?source=${id}`)).body.items).toContainEqual(
      expect.objectContaining({ type: 'version.rolled_back', data: expect.objectContaining({ version: 3, before: 2, restoredFrom: 1 }) }),
    )
  })

  it('compares any two versions, and never shows a secret', async () => {
    const id = await register({ secrets: { password: 'canary-versions' } })
    await api.patch(`/v1/sources/${id}`, { config: { rows: 2 } }, { headers: { 'if-match': '*' } })
    await put(id, { config: { rows: 3 }, mapping: { rows: { expression: '$' } } })
    const diff = (from: string, to: string): Promise<Answer> => api.get(`/v1/sources/${id}/diff?from=${from}&to=${to}`)
    const numbers = await diff('1', '2')
    expectContract(numbers, 'diffVersions')
    expect(numbers.body.changes).toEqual([{ path: 'config.rows', before: 1, after: 2 }])
    const unnamed = await api.get(`/v1/sources/${id}/diff`)
    expect(unnamed.body).toMatchObject({ from: 'live', to: 'draft' })
    expect(unnamed.body.changes).toEqual([
      { path: 'config.rows', before: 2, after: 3 },
      { path: 'mapping', before: null, after: { rows: { expression: '$' } } },
    ])
    expect((await diff('2', 'live')).body.changes).toEqual([])
    expect(problemOf(await diff('1', '9'))).toEqual([404, 'NOT_FOUND'])
    expect(problemOf(await diff('0', 'x'))).toEqual([422, 'VALIDATION_FAILED'])
    const everything = await Promise.all(['', '/draft', '/versions', '/versions/1', '/diff'].map((path) => api.get(`/v1/sources/${id}${path}`)))
    for (const { text } of everything) expect(text).not.toContain('canary-versions')
  })

  it('cannot change a published version, even by SQL', async () => {
    const id = await register()
    const change = async (set: string): Promise<void> =>
      void (await api.database.pool.query(`UPDATE source_versions SET ${set} WHERE source_id = $1`, [id]))
    await expect(change(`config = '{"rows": 9}'`)).rejects.toThrow(/immutable/)
    await expect(change(`number = 9`)).rejects.toThrow(/immutable/)
    await expect(change(`state = 'draft', number = NULL`)).rejects.toThrow(/immutable/)
  })
})
