import { SOURCE_STATES } from '@inlet/domain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, newSource, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
  const names = ['delta', 'Alpha', 'charlie 50%', 'Bravo', 'écho']
  for (const [n, name] of names.entries())
    await api.post('/v1/sources', newSource({ name, labels: { n: String(n), env: n < 2 ? 'prod' : 'dev' }, paused: n === 4 }))
})
afterAll(() => api.close())

const namesOf = (body: { items: { name: string }[] }): string[] => body.items.map(({ name }) => name)
const list = async (query: string): Promise<string[]> => namesOf((await api.get(`/v1/sources?${query}`)).body)

describe('listing sources', () => {
  it.each([
    ['name', ['Alpha', 'Bravo', 'charlie 50%', 'delta', 'écho']],
    ['-name', ['écho', 'delta', 'charlie 50%', 'Bravo', 'Alpha']],
    ['createdAt', ['delta', 'Alpha', 'charlie 50%', 'Bravo', 'écho']],
    ['-createdAt', ['écho', 'Bravo', 'charlie 50%', 'Alpha', 'delta']],
  ])('by %s, page by page', async (sort, expected) => {
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await api.get(`/v1/sources?limit=2&sort=${sort}${cursor === '' ? '' : `&cursor=${cursor}`}`)
      expectContract(page, 'listSources')
      seen.push(...namesOf(page.body))
      cursor = page.body.nextCursor
    }
    expect(seen).toEqual(expected)
  })

  it('filters by label, text, status, connector', async () => {
    expect(await list('label=env:prod&sort=name')).toEqual(['Alpha', 'delta'])
    expect(await list('label=env:prod&label=n:1')).toEqual(['Alpha'])
    expect(await list('q=LPH')).toEqual(['Alpha'])
    expect(await list('q=%25')).toEqual(['charlie 50%'])
    expect(await list('q=_')).toEqual([])
    expect(await list('q=%C3%89CHO')).toEqual(['écho'])
    expect(await list('status=PAUSED')).toEqual(['écho'])
    expect(await list('connector=nothing')).toEqual([])
  })

  it('says why a source is in error, and why a parked run waits, with and without a filter', async () => {
    const { pool } = api.database
    await pool.query('DELETE FROM sources')
    const { id } = (await api.post('/v1/sources', newSource())).body
    await pool.query(`UPDATE sources SET status = 'ERROR', status_reason = 'AUTH_FAILED' WHERE id = $1`, [id])
    await pool.query(
      `INSERT INTO runs (source_id, version_id, trigger, status, parked_reason) SELECT id, version_id, 'manual', 'parked', 'RATE_LIMITED' FROM sources WHERE id = $1`,
      [id],
    )
    for (const query of ['', '?state=STARTING']) {
      const answer = await api.get(`/v1/sources${query}`)
      expectContract(answer, 'listSources')
      expect(answer.body.items).toMatchObject([{ statusReason: 'AUTH_FAILED', parkedReason: 'RATE_LIMITED' }])
    }
  })

  it('counts open records in quarantine, as the source and why do, however well the source is', async () => {
    const { pool } = api.database
    await pool.query('DELETE FROM sources')
    const { id, slug } = (await api.post('/v1/sources', newSource({ runNow: false }))).body
    const add = `INSERT INTO quarantine (source_id, run_id, stream, key_hash, reason, message, state) VALUES ($1, gen_random_uuid(), 'main', $2, 'MAPPING_FAILED', 'no number', $3)`
    for (const [keyHash, state] of [
      [null, 'open'],
      ['k1', 'open'],
      ['k2', 'resolved'],
    ] as const)
      await pool.query(add, [id, keyHash === null ? null : Buffer.from(keyHash), state])
    for (const query of ['', '?state=INIT']) expect((await api.get(`/v1/sources${query}`)).body.items).toMatchObject([{ quarantined: 2 }])
    expect((await api.get(`/v1/sources/${id}`)).body.quarantined).toBe(2)
    const answer = await api.get(`/v1/sources/${id}/why`)
    expectContract(answer, 'explainSource')
    expect(answer.body.remarks).toEqual([
      {
        code: 'IN_QUARANTINE',
        message: '2 records are in quarantine and not stored (the latest: MAPPING_FAILED)',
        next: `See \`inlet quarantine ${slug}\` (GET /v1/sources/${slug}/quarantine).`,
      },
    ])
  })

  it('filters by exactly the state it shows, whatever the facts', async () => {
    const { pool } = api.database
    const outcomes = [null, 'ok', 'failed']
    const runs = [null, 'queued', 'parked', 'running', 'running live']
    await pool.query('DELETE FROM sources')
    for (const status of ['ACTIVE', 'PAUSED', 'ERROR'])
      for (const outcome of outcomes)
        for (const run of runs) {
          const { id } = (await api.post('/v1/sources', newSource())).body
          await pool.query('UPDATE sources SET status = $2, last_outcome = $3 WHERE id = $1', [id, status, outcome])
          if (run === null) continue
          const { rows } = await pool.query(
            `INSERT INTO runs (source_id, version_id, trigger, status) SELECT id, version_id, 'manual', $2 FROM sources WHERE id = $1 RETURNING id`,
            [id, run.split(' ')[0]],
          )
          if (run === 'running live')
            await pool.query(`INSERT INTO leases (source_id, epoch, run_id, expires_at) VALUES ($1, 1, $2, now() + interval '1 hour')`, [
              id,
              rows[0].id,
            ])
        }
    const all = (await api.get('/v1/sources?limit=200')).body.items as { id: string; state: string }[]
    expect(all.length).toBe(45)
    for (const state of SOURCE_STATES) {
      const found = (await api.get(`/v1/sources?limit=200&state=${state}`)).body.items as { id: string }[]
      expect(found.map(({ id }) => id)).toEqual(all.filter((source) => source.state === state).map(({ id }) => id))
      expect(found.length).toBeGreaterThan(0)
    }
  })
})
