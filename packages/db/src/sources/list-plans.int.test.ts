import { SOURCE_STATES, type SourceState } from '@inlet/domain'
import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openWatched } from '../testing/open-watched.js'
import { listDefinitions } from './definitions.js'
import { listSources } from './list-sources.js'

const SOURCES = 3_000
const LIMIT = 50

let store: TestStore
let watched: ReturnType<typeof openWatched>
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
  watched = openWatched(store.url)
})
afterAll(async () => {
  await watched.database.close()
  await store.close()
})

const list = (state: SourceState | undefined, sortBy: 'createdAt' | 'name' = 'createdAt') =>
  listSources(watched.database, { state, sortBy, descending: sortBy === 'createdAt', limit: LIMIT, after: null })

/** Every tenth source has an active run, every twentieth a held lease; all have ended runs, versions, leases, an incident and secrets. */
const fill = async (): Promise<void> => {
  for (const table of ['sources', 'source_versions', 'runs', 'leases', 'incidents', 'credentials'])
    await store.rows(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`)
  await store.rows(
    `INSERT INTO sources (slug, name, name_key, connector, status, version_id, last_outcome)
     SELECT 's' || n, 'S' || n, 's' || n, 'api', CASE WHEN n % 5 = 1 THEN 'PAUSED' ELSE 'ACTIVE' END, gen_random_uuid(),
       CASE n % 5 WHEN 2 THEN 'failed' WHEN 3 THEN NULL ELSE 'ok' END FROM generate_series(1, $1::int) n`,
    [SOURCES],
  )
  await store.rows(`INSERT INTO source_versions (id, source_id, number, state, config) SELECT version_id, id, 1, 'published', '{}' FROM sources`)
  await store.rows(
    `INSERT INTO runs (source_id, version_id, trigger, status) SELECT id, version_id, 'manual', 'ended' FROM sources, generate_series(1, 5)`,
  )
  await store.rows(
    `INSERT INTO runs (source_id, version_id, trigger, status)
     SELECT id, version_id, 'manual', CASE WHEN substr(slug, 2)::int % 20 = 0 THEN 'running' ELSE 'queued' END FROM sources WHERE substr(slug, 2)::int % 10 = 0`,
  )
  await store.rows(
    `INSERT INTO leases (source_id, epoch, run_id, holder, expires_at) SELECT s.id, 1, r.id, 'w', now() + interval '1 hour'
     FROM sources s LEFT JOIN runs r ON r.source_id = s.id AND r.status = 'running'`,
  )
  await store.rows(
    `INSERT INTO incidents (source_id, kind, reason, message, next, since) SELECT id, 'error', 'TIMEOUT', 'm', 'n', now() FROM sources`,
  )
  await store.rows(`INSERT INTO credentials (source_id, sealed) SELECT id, '{"fields":{"a":1}}' FROM sources`)
}

describe('lists whose plans were cached while the tables were empty', () => {
  beforeAll(async () => {
    for (const state of [undefined, ...SOURCE_STATES]) await list(state)
    await list(undefined, 'name')
    await listDefinitions(watched.database, { limit: LIMIT, after: null })
    await fill()
  })

  const touched = async (work: () => Promise<readonly unknown[]>): Promise<number> => {
    watched.plans.length = 0
    const rows = await work()
    expect(rows.length).toBe(LIMIT)
    expect(watched.plans.length).toBe(1)
    return watched.plans[0]?.touched ?? Number.NaN
  }

  it.each([undefined, 'INIT', 'ERROR', 'STOPPED'] as const)('of state %s look at the rows of the page', async (state) => {
    expect(await touched(() => list(state))).toBeLessThan(20 * LIMIT)
  })

  it.each(['STARTING', 'RUNNING'] as const)('of state %s look at active runs', async (state) => {
    expect(await touched(() => list(state))).toBeLessThan((5 * SOURCES) / 10 + 20 * LIMIT)
  })

  it('look only at the rows of the page, by name and as definitions', async () => {
    expect(await touched(() => list(undefined, 'name'))).toBeLessThan(20 * LIMIT)
    expect(await touched(() => listDefinitions(watched.database, { limit: LIMIT, after: null }))).toBeLessThan(20 * LIMIT)
  })

  it('show for each source what belongs to it', async () => {
    const [source] = await list('RUNNING')
    expect(source).toMatchObject({ version: 1, state: 'RUNNING', incidents: ['error'], lastOutcome: 'ok', nextRunAt: null, lastSuccessAt: null })
    expect(source?.createdAt).toBeInstanceOf(Date)
    const [definition] = await listDefinitions(watched.database, { limit: 1, after: null })
    expect(definition).toMatchObject({ slug: 's1', secretFields: ['a'], credential: null, config: {} })
  })
})
