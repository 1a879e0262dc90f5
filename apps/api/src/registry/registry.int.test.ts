import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { until } from '@inlet/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

const define = (slug: string, changes: object = {}) => ({ slug, name: slug, connector: 'toy', config: { rows: 1 }, ...changes })

describe('the registry over the API', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await startApi()
  })
  afterAll(() => api.close())

  const plan = async (sources: readonly object[], more: object = {}) => {
    const answer = await api.post('/v1/registry/plan', { sources, ...more })
    expectContract(answer, 'planRegistry')
    return answer.body.items as {
      slug: string
      action: string
      changes: { path: string }[]
      failure: { reason: string; field?: string; errors?: unknown[] } | null
    }[]
  }
  const actionOf = async (source: object, more: object = {}) => (await plan([source], more))[0]?.action
  const register = (source: object) => api.post('/v1/sources', { ...source, runNow: false })

  it('compares every field, and returns the paths that differ', async () => {
    const base = define('a', {
      config: { rows: 1, url: 'https://example.com/' },
      labels: { team: 'x' },
      schedule: { cron: '0 * * * *' },
      freshWithin: '2h',
    })
    expect(await actionOf(base)).toBe('create')
    expect((await register({ ...base, managedBy: 'apply' })).status).toBe(201)
    expect(await actionOf({ ...base, freshWithin: '120m', language: 'auto' })).toBe('unchanged')
    expect(await actionOf({ ...base, language: 'de' })).toBe('update')
    const [changed] = await plan([define('a', { name: 'A!', config: { rows: 2, url: 'https://example.com/' }, labels: { team: 'y' }, paused: true })])
    expect(changed).toMatchObject({ action: 'update', failure: null })
    expect(changed?.changes.map(({ path: where }) => where).sort()).toEqual([
      'config.rows',
      'freshWithin',
      'labels.team',
      'name',
      'paused',
      'schedule',
    ])
  })

  it('leaves pausing to operation if a definition does not mention it', async () => {
    await register(define('paused-by-hand'))
    await api.post('/v1/sources/paused-by-hand/pause')
    expect(await actionOf(define('paused-by-hand'))).toBe('unchanged')
    expect(await actionOf(define('paused-by-hand', { paused: false }))).toBe('update')
  })

  it('detects whether secrets are the same without decrypting or showing them', async () => {
    const secret = { password: 'canary-of-plan' }
    const { body: made } = await register(define('s', { secrets: secret }))
    expect(await actionOf(define('s', { secrets: secret }))).toBe('unchanged')
    expect(await actionOf(define('s'))).toBe('unchanged')
    expect(await actionOf(define('s', { secrets: secret }), { resendSecrets: true })).toBe('update')
    const [other] = await plan([define('s', { secrets: { password: 'canary-of-another' } })])
    expect(other).toMatchObject({ action: 'update', changes: [{ path: 'secrets' }] })
    expect(await actionOf(define('s', { secrets: {} }))).toBe('update')
    const patched = await api.patch(`/v1/sources/${made.id}`, { secrets: { password: 'canary-of-another' } }, { headers: { 'if-match': '*' } })
    expect(patched.status).toBe(200)
    expect(await actionOf(define('s', { secrets: { password: 'canary-of-another' } }))).toBe('unchanged')
    expect(await actionOf(define('s', { secrets: secret }))).toBe('update')
    expect(api.logLines.join('')).not.toMatch(/canary-of/)
    const { rows } = await api.database.pool.query(`SELECT secrets_fingerprint FROM sources WHERE slug = 's'`)
    expect(rows[0].secrets_fingerprint).toMatch(/^k1:[0-9a-f]{64}$/)
  })

  it.each([
    ['an unknown connector', define('x', { connector: 'nothing' }), 'UNKNOWN_CONNECTOR', 'connector'],
    ['settings the connector refuses', define('x', { config: { rows: -1 } }), 'VALIDATION_FAILED', 'config.rows'],
    ['a missing secret', define('x', { config: { needsPassword: true } }), 'VALIDATION_FAILED', 'secrets.password'],
    ['a bad cron', define('x', { schedule: { cron: '* *' } }), 'INVALID_CRON', 'schedule.cron'],
    ['a private address', define('x', { config: { url: 'http://127.0.0.1/' } }), 'URL_BLOCKED_ADDRESS', 'config.url'],
    ['the name of another source', define('x', { name: 'TAKEN' }), 'NAME_TAKEN', 'name'],
    ['another connector than before', define('taken', { connector: 'other' }), 'UNKNOWN_CONNECTOR', 'connector'],
  ])('refuses %s and names the field', async (_what, source, reason, field) => {
    await register(define('taken', { name: 'taken' }))
    const [planned] = await plan([source])
    expect([planned?.action, planned?.failure?.reason, planned?.failure?.field]).toEqual(['refused', reason, field])
  })

  it('takes over sources only on request, and lists by owner', async () => {
    await register(define('by-hand'))
    expect(await actionOf(define('by-hand'))).toBe('unchanged')
    const [adopted] = await plan([define('by-hand')], { owner: 'files' })
    expect(adopted?.changes).toEqual([{ path: 'managedBy', after: 'files' }])
    const all = await api.get('/v1/registry?limit=2')
    expectContract(all, 'listRegistry')
    const next = await api.get(`/v1/registry?limit=2&cursor=${all.body.nextCursor}`)
    const slugs = [...all.body.items, ...next.body.items].map(({ definition }: { definition: { slug: string } }) => definition.slug)
    expect(slugs).toEqual([...slugs].sort())
    expect((await api.get('/v1/registry?managedBy=apply')).body.items.map(({ managedBy }: { managedBy: string }) => managedBy)).toEqual(['apply'])
  })

  it('refuses more definitions than a request may contain, and readers', async () => {
    const many = Array.from({ length: 101 }, (_, index) => define(`m${index}`))
    expect(problemOf(await api.post('/v1/registry/plan', { sources: many }))).toEqual([422, 'VALIDATION_FAILED'])
    expect(problemOf(await api.post('/v1/registry/plan', { sources: [define('x')] }, { key: api.keys.read }))).toEqual([403, 'FORBIDDEN'])
  })
})

describe('sources kept in files', () => {
  let folder: string
  let api: TestApi | undefined
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'inlet-files-'))
  })
  afterEach(async () => {
    await api?.close()
    api = undefined
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const write = (text: string): string => {
    const file = path.join(folder, 'sources.yaml')
    writeFileSync(file, text)
    return file
  }
  const slugs = async (): Promise<readonly string[]> =>
    ((await api?.get('/v1/registry'))?.body.items ?? []).map(({ definition }: { definition: { slug: string } }) => definition.slug)
  const untilSlugs = (expected: readonly string[]) =>
    until(async () => (await slugs()).join() === expected.join(), { timeoutMs: 15_000, everyMs: 50, what: `the sources ${expected.join()}` })
  const logged = (text: string) => until(() => (api?.logLines ?? []).join('').includes(text), { timeoutMs: 15_000, everyMs: 50, what: text })

  it('are applied at startup and at every change, and the API refuses to change them', async () => {
    const file = write('sources: { a: { connector: toy }, b: { connector: toy, secrets: { password: { fromEnv: TOY_PASSWORD } } } }')
    api = await startApi({ config: { INLET_SOURCES_FILE: file, INLET_SOURCES_MODE: 'files' }, env: { TOY_PASSWORD: 'canary-in-env' } })
    await untilSlugs(['a', 'b'])
    expect(Object.keys((await api.get('/v1/sources/b')).body.secrets)).toEqual(['password'])
    for (const refused of [
      await api.post('/v1/sources', newSource()),
      await api.patch('/v1/sources/a', { name: 'Other' }, { headers: { 'if-match': '*' } }),
      await api.delete('/v1/sources/a'),
      await api.post('/v1/sources/a/rollback', { version: 1 }),
    ]) {
      expect(problemOf(refused)).toEqual([409, 'SOURCES_IN_FILES'])
      expect(refused.body.detail).toContain(file)
    }
    expect((await api.post('/v1/sources/a/pause')).status).toBe(200)

    write('sources: { a: [')
    await logged('cannot be used')
    expect(await slugs()).toEqual(['a', 'b'])

    write('sources: { a: { connector: toy, name: Renamed }, c: { connector: nothing } }')
    await untilSlugs(['a'])
    expect((await api.get('/v1/sources/a')).body).toMatchObject({ name: 'Renamed', status: 'PAUSED' })
    await logged('a source of the files is refused')
    expect(api.logLines.join('')).not.toContain('canary-in-env')
  })

  it('do not delete most of the sources at once, as an empty mount would', async () => {
    const all = Array.from({ length: 7 }, (_, index) => `s${index}`)
    const file = write(`sources: { ${all.map((slug) => `${slug}: { connector: toy }`).join(', ')} }`)
    api = await startApi({ config: { INLET_SOURCES_FILE: file, INLET_SOURCES_MODE: 'files' } })
    await untilSlugs(all)
    write('sources: {}')
    await logged('none of those is deleted')
    expect(await slugs()).toEqual(all)
  })

  it('are imported once, after which the database defines them', async () => {
    const file = write('sources: { a: { connector: toy }, b: { connector: toy } }')
    const config = { INLET_SOURCES_FILE: file, INLET_SOURCES_MODE: 'import' as const }
    api = await startApi({ config })
    await untilSlugs(['a', 'b'])
    await logged('the files of sources are applied')
    expect((await api.delete('/v1/sources/a')).status).toBe(202)
    const again = await startApi({ config: { ...config, INLET_ENCRYPTION_KEYS: api.keyring }, store: api.store })
    await until(() => again.logLines.join('').includes('were imported before'), { timeoutMs: 15_000, everyMs: 50, what: 'the second start' })
    expect(await slugs()).toEqual(['b'])
    await api.close()
    api = again
  })
})
