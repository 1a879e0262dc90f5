import { createApiKey } from '@inlet/security'
import { testBatch, until } from '@inlet/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
afterEach(() => api.close())

const withoutId = (text: string): string => text.replace(/"requestId":"[^"]*"/, '')

describe('authentication', () => {
  it('refuses everything that is not a live key with one and the same body', async () => {
    api = await startApi()
    const revoked = await api.addKey(['read'])
    await api.delete(`/v1/keys/${revoked.id}`)
    const expired = await api.addKey(['read'], new Date(Date.now() - 1_000))
    const unknown = createApiKey(api.keyring).plaintext
    const other = await api.addKey(['read'])
    const { id } = createApiKey(api.keyring)
    // Same id, another secret with a matching checksum.
    await api.database.pool.query('UPDATE api_keys SET id = $1 WHERE id = $2', [id, other.id])
    const wrong = createApiKey(api.keyring).plaintext
    const headers: Record<string, string>[] = [
      {},
      { authorization: 'Bearer' },
      { authorization: 'Bearer nonsense' },
      { authorization: `Token ${api.keys.read}` },
      { authorization: `Bearer ${api.keys.read.slice(0, -1)}${api.keys.read.endsWith('a') ? 'b' : 'a'}` },
      { authorization: `Bearer ${unknown}` },
      { authorization: `Bearer ${wrong}` },
      { authorization: `Bearer ${revoked.key}` },
      { authorization: `Bearer ${expired.key}` },
      { authorization: `Basic ${Buffer.from(`x:${api.keys.admin}`).toString('base64')}` },
    ]
    const bodies = new Set<string>()
    for (const header of headers) {
      const answer = await api.get('/v1/sources', { key: null, headers: header })
      expect(problemOf(answer)).toEqual([401, 'UNAUTHENTICATED'])
      expect(answer.headers.get('www-authenticate')).toContain('Bearer')
      bodies.add(withoutId(answer.text))
    }
    expect(bodies.size).toBe(1)
  })

  it('refuses a key in the query', async () => {
    api = await startApi()
    expect(problemOf(await api.get(`/v1/sources?key=${api.keys.read}&access_token=${api.keys.read}`, { key: null }))).toEqual([
      401,
      'UNAUTHENTICATED',
    ])
    expect(api.logLines.join('')).not.toContain(api.keys.read)
  })

  it('the 11th failure a minute with a key gets 429, while good keys and other ids continue', async () => {
    api = await startApi()
    const wrong = `${api.keys.read.slice(0, -8)}AAAAAAAA`
    const other = (await api.addKey(['read'])).key
    for (let n = 0; n < 10; n += 1) expect(problemOf(await api.get('/v1/sources', { key: 'nonsense' }))).toEqual([401, 'UNAUTHENTICATED'])
    expect(problemOf(await api.get('/v1/sources', { key: 'nonsense' }))).toEqual([429, 'TOO_MANY_REQUESTS'])
    expect(problemOf(await api.get('/v1/sources', { key: `${other.slice(0, -8)}AAAAAAAA` }))[1]).toMatch(/UNAUTHENTICATED|TOO_MANY/)
    expect(wrong).not.toBe(api.keys.read)
    const answer = await api.get('/v1/sources', { key: 'nonsense' })
    expect(problemOf(answer)).toEqual([429, 'TOO_MANY_REQUESTS'])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await api.get('/v1/sources')).status).toBe(200)
  })

  it('counts no request without a key', async () => {
    api = await startApi()
    for (let n = 0; n < 25; n += 1) expect(problemOf(await api.get('/v1/sources', { key: null }))).toEqual([401, 'UNAUTHENTICATED'])
  })

  it('limits the requests of one key if configured', async () => {
    api = await startApi({ config: { INLET_RATE_LIMIT_PER_MINUTE: 3 } })
    for (let n = 0; n < 3; n += 1) expect((await api.get('/v1/sources', { key: api.keys.read })).status).toBe(200)
    const answer = await api.get('/v1/sources', { key: api.keys.read })
    expect(problemOf(answer)).toEqual([429, 'TOO_MANY_REQUESTS'])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await api.get('/v1/sources', { key: api.keys.write })).status).toBe(200)
  })

  it('keys: made, shown once, listed without secret, used, revoked', async () => {
    api = await startApi()
    const made = await api.post('/v1/keys', { name: 'agent', scopes: ['read'] })
    expect(made.status).toBe(201)
    expect((await api.get('/v1/sources', { key: made.body.key })).status).toBe(200)
    const listed = await until(async () => {
      const list = await api.get('/v1/keys')
      return list.body.items.find((key: { id: string; lastUsedAt: string | null }) => key.id === made.body.id && key.lastUsedAt !== null)
    })
    expect(listed).toMatchObject({ name: 'agent', scopes: ['read'], revokedAt: null })
    const list = await api.get('/v1/keys')
    expect(list.text).not.toContain(made.body.key)
    expect(list.text).not.toContain('hash')
    const { rows } = await api.database.pool.query('SELECT convert_from(hash, $1) AS hash FROM api_keys WHERE id = $2', ['UTF8', made.body.id])
    expect(rows[0].hash).not.toContain(made.body.key.split('_')[2])
    expect((await api.delete(`/v1/keys/${made.body.id}`)).status).toBe(204)
    expect(problemOf(await api.get('/v1/sources', { key: made.body.key }))).toEqual([401, 'UNAUTHENTICATED'])
    expect(problemOf(await api.delete('/v1/keys/unknown'))).toEqual([404, 'NOT_FOUND'])
    expect(problemOf(await api.post('/v1/keys', { name: 'x', scopes: ['root'] }))).toEqual([422, 'VALIDATION_FAILED'])
    expect(problemOf(await api.post('/v1/keys', { name: 'x', scopes: ['read'], expiresAt: '2001-01-01T00:00:00Z' }))).toEqual([
      422,
      'VALIDATION_FAILED',
    ])
  })

  it('a key that has just been used is looked up again: what it may no longer do, it cannot do', async () => {
    api = await startApi()
    const { id, key } = await api.addKey(['read'])
    for (const path of ['/v1/sources', '/v1/registry', '/metrics']) {
      const set = (change: string) => api.database.pool.query(`UPDATE api_keys SET ${change} WHERE id = $1`, [id])
      for (let n = 0; n < 2; n += 1) expect((await api.get(path, { key })).status).toBe(200)
      await set(`scopes = '{}'`)
      expect(problemOf(await api.get(path, { key }))).toEqual([403, 'FORBIDDEN'])
      await set(`scopes = '{read}'`)
      for (let n = 0; n < 2; n += 1) expect((await api.get(path, { key })).status).toBe(200)
      await set('expires_at = clock_timestamp()')
      expect(problemOf(await api.get(`${path}?unknown=1`, { key }))).toEqual([401, 'UNAUTHENTICATED'])
      await set('expires_at = NULL')
    }
  })

  it('the board accepts the key as a password, shows what jobs concern but never their content, and changes nothing', async () => {
    api = await startApi()
    const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`admin:${key}`).toString('base64')}` })
    const page = await api.get('/admin/queues', { key: null, headers: basic(api.keys.admin) })
    expect(page.status).toBe(200)
    expect(page.text).toContain('Inlet queues')
    const refused = await api.get('/admin/queues', { key: null })
    expect(refused.headers.get('www-authenticate')).toContain('Basic')
    const runId = '00000000-0000-4000-8000-0000000000aa'
    await api.queues.enqueueRuns([{ runId, attempt: 0 }])
    const queues = await api.get('/admin/queues/api/queues?activeQueue=ingestion&status=latest&page=1&jobsPerPage=10', { headers: {} })
    expect(queues.status).toBe(200)
    const [job] = queues.body.queues[0].jobs
    expect(job).toMatchObject({ data: { runId }, externalUrl: { href: `/runs/${runId}` } })
    await api.queues.forwardBatch(testBatch({ runId, sourceId: runId, epoch: 1, seq: 1 }, [{ key: 'canary-of-board' }]))
    const batches = await api.get('/admin/queues/api/queues?activeQueue=ingestion-scribe&status=latest&page=1&jobsPerPage=10', { headers: {} })
    expect(batches.text).toContain('records are not shown here')
    expect(batches.text).not.toContain('canary-of-board')
    expect(page.text).not.toMatch(/googleapis|<style|style="/)
    const paused = await api.send('PUT', '/admin/queues/api/queues/ingestion/pause')
    expect(paused.status).not.toBe(200)
    const crossSite = await api.send('PUT', '/admin/queues/api/queues/ingestion/pause', { headers: { 'sec-fetch-site': 'cross-site' } })
    expect(problemOf(crossSite)).toEqual([403, 'FORBIDDEN'])
  })
})
