import { nextStepOf } from '@inlet/domain'
import { createSigningSecret, openSecrets } from '@inlet/security'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const RECORD = '{"data":{"total":12345678901234567890},"key":7,"kind":"row","stream":"rows"}'
const addSource = async (): Promise<string> => (await api.post('/v1/sources', newSource())).body.id
const quarantine = async (sourceId: string, record: string | null): Promise<string> => {
  const { rows } = await api.database.pool.query<{ id: string }>(
    `INSERT INTO quarantine (source_id, run_id, stream, key, reason, message, raw, record) VALUES ($1, gen_random_uuid(), 'rows', '7', 'MAPPING_FAILED', 'bad', '{', $2) RETURNING id`,
    [sourceId, record],
  )
  return rows[0]?.id ?? ''
}

describe('quarantine', () => {
  it('shows the complete record with all digits, and retries it in a separate run', async () => {
    const id = await quarantine(await addSource(), RECORD)
    const shown = await api.get(`/v1/quarantine/${id}`)
    expectContract(shown, 'getQuarantined')
    expect(shown.text).toContain('12345678901234567890')
    const started = await api.post(`/v1/quarantine/${id}/retry`)
    expectContract(started, 'retryQuarantined')
    expect((await api.get(`/v1/runs/${started.body.runId}`)).body).toMatchObject({ trigger: 'quarantine', status: 'queued' })
    expect((await api.get(`/v1/quarantine/${id}`)).body).toMatchObject({ state: 'retrying', retryable: false, whyNot: 'it is being retried' })
    expect(problemOf(await api.delete(`/v1/quarantine/${id}`))).toEqual([409, 'QUARANTINE_NOT_OPEN'])
  })

  it('accepts an edited record, as JSON or as text with its digits, and reports where it is wrong', async () => {
    const id = await quarantine(await addSource(), null)
    expect(problemOf(await api.post(`/v1/quarantine/${id}/retry`))).toEqual([409, 'NOT_RETRYABLE'])
    const broken = await api.post(`/v1/quarantine/${id}/retry`, { raw: '{"key": 1,\n oops}' })
    expect([...problemOf(broken), broken.body.detail]).toEqual([400, 'MALFORMED_JSON', 'raw is not valid JSON at line 2, column 2'])
    const wrong = await api.post(`/v1/quarantine/${id}/retry`, { record: { key: 1, kind: 'rows', data: {}, stream: 'other' } })
    expect(wrong.body).toMatchObject({ code: 'VALIDATION_FAILED', field: 'record.kind' })
    const other = await api.post(`/v1/quarantine/${id}/retry`, { record: { key: 1, kind: 'row', data: {}, stream: 'other' } })
    expect(other.body).toMatchObject({ code: 'VALIDATION_FAILED', field: 'record.stream' })
    expectContract(
      await api.post(`/v1/quarantine/${id}/retry`, { raw: '{"key":7,"kind":"row","data":{"v":12345678901234567890}}' }),
      'retryQuarantined',
    )
    expect((await api.get(`/v1/quarantine/${id}`)).text).toContain(
      '"edited":{"data":{"v":12345678901234567890},"key":7,"kind":"row","stream":"rows"}',
    )
  })

  it('names who decided, also once the key is revoked', async () => {
    const sourceId = await addSource()
    const id = await quarantine(sourceId, RECORD)
    expect((await api.get(`/v1/quarantine/${id}`)).body).toMatchObject({ stateBy: null, stateByName: null })
    const { body: key } = await api.post('/v1/keys', { name: 'Night shift', scopes: ['write'] })
    await api.delete(`/v1/quarantine/${id}`, { key: key.key })
    await api.delete(`/v1/keys/${key.id}`)
    const decided = { stateBy: `key:${key.id}`, stateByName: 'Night shift' }
    expect((await api.get(`/v1/quarantine/${id}`)).body).toMatchObject(decided)
    const list = await api.get(`/v1/sources/${sourceId}/quarantine`)
    expectContract(list, 'listQuarantine')
    expect(list.body.items).toMatchObject([decided])
  })

  it('is retried and dropped in bulk', async () => {
    const sourceId = await addSource()
    await quarantine(sourceId, RECORD)
    await quarantine(sourceId, null)
    const retried = await api.post(`/v1/sources/${sourceId}/quarantine/retry`, { reason: 'MAPPING_FAILED' })
    expectContract(retried, 'retryQuarantine')
    expect(retried.body).toMatchObject({ selected: 1, skipped: 1 })
    const dropped = await api.post(`/v1/sources/${sourceId}/quarantine/drop`, { before: '2000-01-01T00:00:00Z' })
    expectContract(dropped, 'dropQuarantine')
    expect([dropped.body, (await api.post(`/v1/sources/${sourceId}/quarantine/drop`)).body]).toEqual([{ dropped: 0 }, { dropped: 1 }])
    expect((await api.get(`/v1/sources/${sourceId}/quarantine?state=dropped`)).body.items).toHaveLength(1)
    await api.post(`/v1/sources/${sourceId}/pause`)
    expect(problemOf(await api.post(`/v1/sources/${sourceId}/quarantine/retry`))).toEqual([409, 'SOURCE_PAUSED'])
  })
})

describe('notifications', () => {
  it('are set up with a secret that is shown once, changed, tried and deleted', async () => {
    const made = await api.post('/v1/notifications', { name: 'ops', url: 'https://example.com/hook' })
    expectContract(made, 'createNotification')
    const { id, secret } = made.body
    const shown = await api.get(`/v1/notifications/${id}`)
    expectContract(shown, 'getNotification')
    expect(shown.text).not.toContain('whsec_')
    const next = createSigningSecret()
    const changed = await api.patch(`/v1/notifications/${id}`, { secret: next, events: ['error'] })
    expectContract(changed, 'updateNotification')
    expect(changed.body).toMatchObject({ name: 'ops', events: ['error'], previousSecretUntil: expect.any(String) })
    const { rows } = await api.database.pool.query<{ sealed: unknown; version: number }>(
      'SELECT sealed, version FROM notification_targets WHERE id = $1',
      [id],
    )
    expect(openSecrets(api.keyring, { ownerId: id, version: 2 }, rows[0]?.sealed)).toEqual({
      url: 'https://example.com/hook',
      secret: next,
      previous: secret,
    })
    expectContract(await api.post(`/v1/notifications/${id}/test`), 'testNotification')
    expectContract(await api.get(`/v1/notifications/${id}/deliveries`), 'listDeliveries')
    expectContract(await api.get('/v1/notifications'), 'listNotifications')
    expectContract(await api.get('/v1/incidents'), 'listIncidents')
    expect((await api.delete(`/v1/notifications/${id}`)).status).toBe(204)
    expect(api.logLines.join('')).not.toContain(next)
  })

  it.each([
    [{ url: 'http://10.0.0.1/hook' }, 422, 'URL_BLOCKED_ADDRESS'],
    [{ url: 'http://169.254.169.254/latest' }, 422, 'URL_BLOCKED_ADDRESS'],
    [{ url: 'ftp://example.com/' }, 422, 'URL_SCHEME_NOT_ALLOWED'],
    [{ secret: 'short' }, 422, 'VALIDATION_FAILED'],
    [{ sources: ['unknown'] }, 422, 'VALIDATION_FAILED'],
    [{ events: [] }, 422, 'VALIDATION_FAILED'],
  ])('refuse %j', async (changes, status, code) => {
    expect(problemOf(await api.post('/v1/notifications', { name: 'x', url: 'https://example.com/', ...changes }))).toEqual([status, code])
  })
})

describe('incidents', () => {
  it('say what to do about the source and its secrets', async () => {
    const { body: source } = await api.post('/v1/sources', newSource({ slug: 'no-entry', secrets: { password: 'wrong' }, runNow: false }))
    await api.database.pool.query(
      `INSERT INTO incidents (source_id, kind, reason, message, next, since, opened_at) VALUES ($1, 'error', 'AUTH_FAILED', 'refused', $2, now(), now())`,
      [source.id, nextStepOf('AUTH_FAILED')],
    )
    const listed = await api.get(`/v1/incidents?source=${source.id}`)
    expectContract(listed, 'listIncidents')
    expect(listed.body.items[0].next).toMatch(
      /`inlet sources update no-entry --secret password=env:NO_ENTRY_PASSWORD` \(PATCH \/v1\/sources\/no-entry\)/u,
    )
  })

  it('are counted by cause, with the step once, and each cause is listed by itself', async () => {
    const ids: string[] = []
    for (const n of [1, 2, 3]) ids.push((await api.post('/v1/sources', newSource({ slug: `cause-${n}`, runNow: false }))).body.id)
    const insert = `INSERT INTO incidents (source_id, kind, reason, message, next, since, opened_at)
      SELECT id, $2, $3, 'the message of ' || slug, $4, '2026-11-01T00:00:00Z'::timestamptz + $5 * interval '1 hour', now() + $5 * interval '1 second'
      FROM sources WHERE id = $1`
    for (const [n, id] of ids.entries()) await api.database.pool.query(insert, [id, 'error', 'SQL_TIMEOUT', nextStepOf('SQL_TIMEOUT'), n])
    await api.database.pool.query(insert, [ids[0], 'stale', 'SOURCE_STALE', '`inlet why {source}`', 5])
    const grouped = await api.get('/v1/overview/incidents')
    expectContract(grouped, 'listIncidentGroups')
    const of = (reason: string) => grouped.body.items.find((group: { reason: string }) => group.reason === reason)
    expect(of('SQL_TIMEOUT')).toMatchObject({
      kind: 'error',
      count: 3,
      sources: 3,
      firstSince: '2026-11-01T00:00:00.000Z',
      lastSince: '2026-11-01T02:00:00.000Z',
      message: 'the message of cause-3',
      source: 'cause-3',
      steps: 1,
    })
    expect(of('SOURCE_STALE')).toMatchObject({ count: 1, next: '`inlet why cause-1`' })
    // What is stale only is no worse than what is broken.
    expect(grouped.body.items.at(-1)).toMatchObject({ kind: 'stale' })
    const listed = await api.get('/v1/incidents?kind=error&reason=SQL_TIMEOUT')
    expect(listed.body.items.map(({ source }: { source: string }) => source)).toEqual(['cause-3', 'cause-2', 'cause-1'])
    await api.delete(`/v1/sources/${ids[0]}`)
    expect((await api.get('/v1/overview/incidents')).body.items).toContainEqual(expect.objectContaining({ reason: 'SQL_TIMEOUT', sources: 2 }))
  })
})

describe('the audit trail', () => {
  it('is listed for admins, filtered and paged, without content', async () => {
    const id = await addSource()
    await api.post(`/v1/sources/${id}/reset-cursor`, {})
    const first = await api.get(`/v1/audit?target=${id}&limit=1`)
    expectContract(first, 'listAudit')
    expect(first.body.items).toMatchObject([{ action: 'source.resetCursor', beforeHash: expect.any(String) }])
    const second = await api.get(`/v1/audit?target=${id}&limit=1&cursor=${first.body.nextCursor}`)
    expect(second.body.items).toMatchObject([{ action: 'source.create', targetType: 'source', beforeHash: null }])
    expect((await api.get(`/v1/audit?target=${id}&to=2000-01-01T00:00:00Z`)).body.items).toEqual([])
    expect((await api.get(`/v1/audit?action=source.create&target=${id}`)).body.items).toHaveLength(1)
  })
})
