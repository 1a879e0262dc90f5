import { type Endpoint, endpoints } from '@inlet/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
let source: string
beforeAll(async () => {
  api = await startApi()
  source = (await api.post('/v1/sources', newSource())).body.id as string
  for (const name of ['b', 'a', 'c']) {
    await api.addKey(['read'])
    await api.post('/v1/notifications', { name, url: `https://example.com/${name}` })
    await api.send('PUT', `/v1/sources/${source}/examples/${name}`, { json: { stream: 'rows', record: { key: name, data: {} }, expected: [] } })
    await api.database.pool.query(
      `INSERT INTO workers (id, role, host, pid, version, concurrency, running, started_at, heartbeat_at) VALUES ($1, 'worker', 'h', 1, '1', 1, 0, now(), now())`,
      [`worker-${name}`],
    )
  }
})
afterAll(() => api.close())

const readAll = async (path: string, limit: number): Promise<unknown[]> => {
  const all: unknown[] = []
  for (let cursor = ''; ; ) {
    const { status, body } = await api.get(`${path}?limit=${limit}${cursor}`)
    expect(status).toBe(200)
    expect(body.items.length).toBeLessThanOrEqual(limit)
    all.push(...(body.items as unknown[]))
    if (body.nextCursor === null) return all
    cursor = `&cursor=${encodeURIComponent(body.nextCursor as string)}`
  }
}

// The console's own overviews, which show everything at once, neighbors of one chunk, and generations, of which there are few.
const WHOLE = ['listSourceLines', 'listQuarantineGroups', 'listIncidentGroups', 'listRecordChunks', 'listGenerations']
// Its pages begin at a token that can be kept.
const CONTINUED = ['listChanges']

describe('lists', () => {
  it.each([
    ['/v1/keys', 3],
    ['/v1/workers', 3],
    ['/v1/notifications', 3],
    ['/v1/connectors', 1],
    ['/v1/sources/:id/examples', 3],
  ])('%s has pages that hold each item once, in the order of the whole', async (path, atLeast) => {
    const address = path.replace(':id', source)
    const whole = await readAll(address, 200)
    expect(whole.length).toBeGreaterThanOrEqual(atLeast)
    expect(await readAll(address, 1)).toEqual(whole)
    expect(problemOf(await api.get(`${address}?cursor=nonsense`))).toEqual([400, 'INVALID_CURSOR'])
  })

  it('are all lists of the contract', () => {
    const unpaged = Object.entries<Endpoint>(endpoints).filter(([id, { query }]) => /^list[A-Z]/.test(id) && query?.shape['cursor'] === undefined)
    expect(unpaged.map(([id]) => id).filter((id) => ![...WHOLE, ...CONTINUED].includes(id))).toEqual([])
  })
})
