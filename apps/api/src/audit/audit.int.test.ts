import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, newSource, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const namesOf = async (query: string): Promise<unknown[]> => {
  const page = await api.get(`/v1/audit?${query}`)
  expectContract(page, 'listAudit')
  return page.body.items.map((entry: Record<string, unknown>) => [entry['action'], entry['targetName']])
}

describe('names in the audit log', () => {
  it('are those of the keys that acted, including revoked ones, and of what they changed', async () => {
    const { id, key } = await api.addKey(['admin'])
    const { body: source } = await api.post('/v1/sources', newSource({ slug: 'orders' }), { key })
    await api.post(`/v1/sources/${source.id}/pause`, undefined, { key })
    await api.delete(`/v1/keys/${id}`)
    const { body } = await api.get('/v1/audit?target=orders')
    const { rows } = await api.database.pool.query<{ name: string }>('SELECT name FROM api_keys WHERE id = $1', [id])
    expect(body.items[0]).toMatchObject({ action: 'source.pause', actor: `key:${id}`, actorName: rows[0]?.name, targetName: 'orders' })
    expect(await namesOf(`target=${id}`)).toContainEqual(['key.revoke', rows[0]?.name])
  })

  it('choose whose entries are listed, whichever of the keys with that name acted', async () => {
    const keys = [
      await api.post('/v1/keys', { name: 'Ops, Berlin', scopes: ['write'] }),
      await api.post('/v1/keys', { name: 'Ops, Berlin', scopes: ['write'] }),
    ]
    for (const [n, { body }] of keys.entries()) await api.post('/v1/sources', newSource({ slug: `by-ops-${n}` }), { key: body.key })
    await api.delete(`/v1/keys/${keys[0]?.body.id}`)
    const created = [
      ['source.create', 'by-ops-1'],
      ['source.create', 'by-ops-0'],
    ]
    expect(await namesOf(`actor=${encodeURIComponent('Ops, Berlin')}`)).toEqual(created)
    expect(await namesOf(`actor=key:${keys[1]?.body.id}`)).toEqual([created[0]])
    expect(await namesOf('actor=Ops')).toEqual([])
  })

  it('are kept for deleted targets, even if another one has the name since', async () => {
    const { body: first } = await api.post('/v1/sources', newSource({ name: 'Shop', slug: 'shop' }))
    await api.delete(`/v1/sources/${first.id}`)
    const { body: second } = await api.post('/v1/sources', newSource({ name: 'Shop', slug: 'shop' }))
    const entries = await namesOf(`target=${first.id}`)
    expect(entries).toContainEqual(['source.delete', 'shop'])
    expect(entries).toContainEqual(['source.create', 'shop'])
    expect((await api.get('/v1/audit?target=shop')).body.items.map(({ targetId }: { targetId: string }) => targetId)).toEqual([second.id])
    const { body: credential } = await api.post('/v1/credentials', { name: 'crm', connector: 'toy', secrets: { password: 'twelve letters' } })
    await api.delete(`/v1/credentials/${credential.id}`)
    expect(await namesOf(`target=${credential.id}`)).toEqual([
      ['credential.delete', 'crm'],
      ['credential.create', 'crm'],
    ])
    const { body: sink } = await api.post('/v1/sinks', { name: 'lake', url: 'https://lake.example.com/in' })
    await api.delete(`/v1/sinks/${sink.id}`)
    expect(await namesOf(`target=${sink.id}`)).toContainEqual(['sink.create', 'lake'])
    const { body: upload } = await api.send('POST', '/v1/uploads?name=a.csv', {
      raw: 'a\n1\n',
      headers: { 'content-type': 'application/octet-stream' },
    })
    await api.delete(`/v1/uploads/${upload.id}`)
    expect(await namesOf(`target=${upload.id}`)).toContainEqual(['upload.create', 'a.csv'])
    const { body: target } = await api.post('/v1/notifications', { name: 'ops', url: 'https://hooks.example.com/x' })
    await api.delete(`/v1/notifications/${target.id}`)
    expect(await namesOf(`target=${target.id}`)).toContainEqual(['notification.delete', 'ops'])
  })

  it('are that of its source for a run, and null for what has no name', async () => {
    const { body: source } = await api.post('/v1/sources', newSource({ name: 'Runs', slug: 'runs', runNow: true }))
    await api.post(`/v1/runs/${source.runId}/cancel`)
    expect(await namesOf(`target=${source.runId}`)).toEqual([['run.cancel', 'runs']])
    await api.database.pool.query(`INSERT INTO audit (actor, action, target_type, target_id) VALUES ('system', 'x', 'source', 'no id at all')`)
    expect((await api.get('/v1/audit?action=x')).body.items).toMatchObject([{ actor: 'system', actorName: null, targetName: null }])
  })
})
