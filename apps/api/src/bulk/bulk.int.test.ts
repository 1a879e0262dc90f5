import { randomUUID } from 'node:crypto'
import { claimBulkOperation, createBulkOperation } from '@inlet/db'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const register = async (changes: object = {}): Promise<string> => (await api.post('/v1/sources', newSource({ runNow: false, ...changes }))).body.id

/** Starts an operation and waits for its end; returns it with its items. */
const perform = async (body: object) => {
  const begun = await api.post('/v1/bulk-operations', body)
  expectContract(begun, 'createBulkOperation')
  expect(begun.status).toBe(202)
  const at = `/v1/bulk-operations/${begun.body.id}`
  await until(async () => (await api.get(at)).body.doneAt !== null)
  const items = await api.get(`${at}/items`)
  expectContract(items, 'listBulkItems')
  return { ...(await api.get(at)).body, unknown: begun.body.unknown, items: items.body.items }
}

describe('/v1/bulk-operations', () => {
  it('acts on each source as if requested for it alone, and records the results', async () => {
    const [a, b, c] = [await register({ slug: 'bulk-a' }), await register({ slug: 'bulk-b' }), await register({ slug: 'bulk-c' })]
    await api.post(`/v1/sources/${b}/pause`)
    await api.post(`/v1/sources/${c}/stop`)
    const paused = await perform({ action: 'pause', sources: ['bulk-a', b, 'bulk-a', 'not-there'] })
    expect(paused).toMatchObject({ total: 2, counts: { done: 1, unchanged: 1, waiting: 0 }, statusesBefore: { ACTIVE: 1 }, unknown: ['not-there'] })
    expect(paused.items).toMatchObject([{ statusBefore: 'ACTIVE' }, { result: 'unchanged', statusBefore: null }])
    expect((await api.get(`/v1/sources/${a}`)).body.status).toBe('PAUSED')
    const resumed = await perform({ action: 'resume', sources: [a, b, c] })
    expect(resumed.items).toMatchObject([
      { slug: 'bulk-a', result: 'done', reason: null, next: null },
      { slug: 'bulk-b', result: 'done' },
      {
        slug: 'bulk-c',
        result: 'failed',
        reason: 'SOURCE_STOPPED',
        message: expect.stringContaining('stopped'),
        next: expect.stringContaining('start'),
      },
    ])
    const run = await perform({ action: 'run', sources: [a] })
    expect((await api.get(`/v1/runs/${run.items[0].runId}`)).body).toMatchObject({ sourceId: a, trigger: 'manual' })
    const listed = await api.get('/v1/bulk-operations')
    expectContract(listed, 'listBulkOperations')
    expect(listed.body.items[0]).toMatchObject({ actor: expect.stringMatching(/^key:/u), actorName: 'admin' })
    expect(listed.body.items.map(({ action }: { action: string }) => action)).toEqual(['run', 'resume', 'pause'])
    const failed = await api.get(`/v1/bulk-operations/${resumed.id}/items?result=failed`)
    expect(failed.body.items).toHaveLength(1)
    const { rows } = await api.database.pool.query(`SELECT actor FROM audit WHERE action = 'source.resume' AND target_id = $1`, [a])
    expect(rows).toEqual([{ actor: resumed.actor }])
  })

  it('sets and removes labels and leaves all others', async () => {
    const a = await register({ labels: { team: 'sales', old: 'x' } })
    const b = await register({ labels: { team: 'crm' } })
    const full = await register({ labels: Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`l${n}`, 'x'])) })
    const labels = { set: { team: 'crm' }, remove: ['old'] }
    const { items, statusesBefore } = await perform({ action: 'label', sources: [a, b, full], labels })
    expect(statusesBefore).toEqual({})
    expect(items.map(({ result, reason }: { result: string; reason: string }) => [result, reason])).toEqual([
      ['done', null],
      ['unchanged', null],
      ['failed', 'VALIDATION_FAILED'],
    ])
    expect((await api.get(`/v1/sources/${a}`)).body.labels).toEqual({ team: 'crm' })
  })

  it('refuses invalid operations', async () => {
    const id = await register()
    const refused = async (body: object) => problemOf(await api.post('/v1/bulk-operations', body))
    expect(await refused({ action: 'label', sources: [id] })).toEqual([422, 'VALIDATION_FAILED'])
    expect(await refused({ action: 'pause', sources: [id], labels: { set: { a: 'b' } } })).toEqual([422, 'VALIDATION_FAILED'])
    expect(await refused({ action: 'label', sources: [id], labels: {} })).toEqual([422, 'VALIDATION_FAILED'])
    expect(await refused({ action: 'label', sources: [id], labels: { set: { a: 'b' }, remove: ['a'] } })).toEqual([422, 'VALIDATION_FAILED'])
    expect(await refused({ action: 'run', sources: ['nothing-like-this'] })).toEqual([404, 'NOT_FOUND'])
  })

  it.each([
    ['is revoked', 'revoked_at = now()'],
    ['is over', 'expires_at = now()'],
    ['has lost the scope', "scopes = '{read}'"],
  ])('ends when the key that asked for it %s', async (_, change) => {
    const sourceIds = [await register(), await register()]
    const { id: keyId } = await api.addKey(['write'])
    const id = randomUUID()
    await createBulkOperation(api.database, { id, action: 'pause', labels: null, actor: `key:${keyId}`, sourceIds })
    await api.database.pool.query(`UPDATE api_keys SET ${change} WHERE id = $1`, [keyId])
    await perform({ action: 'resume', sources: [await register()] })
    const { body } = await api.get(`/v1/bulk-operations/${id}`)
    expect(body).toMatchObject({ counts: { skipped: 2, done: 0, failed: 0 }, stoppedAt: expect.any(String), doneAt: expect.any(String) })
    for (const sourceId of sourceIds) expect((await api.get(`/v1/sources/${sourceId}`)).body.status).toBe('ACTIVE')
    const items = await api.get(`/v1/bulk-operations/${id}/items`)
    expectContract(items, 'listBulkItems')
    expect(items.body.items[0]).toMatchObject({ result: 'skipped', reason: 'FORBIDDEN', message: expect.stringContaining('revoked') })
    const { rows } = await api.database.pool.query(`SELECT actor FROM audit WHERE action = 'bulk.stop' AND target_id = $1`, [id])
    expect(rows).toEqual([{ actor: 'system' }])
  })

  it('ends when the token that requested it expires, since its scopes cannot be looked up', async () => {
    const start = async (actsUntil: string) => {
      const id = randomUUID()
      const sourceId = await register()
      const actor = 'token:alice via agent'
      await createBulkOperation(api.database, { id, action: 'pause', labels: null, actor, actsUntil: new Date(actsUntil), sourceIds: [sourceId] })
      await perform({ action: 'resume', sources: [await register()] })
      return (await api.get(`/v1/bulk-operations/${id}`)).body.counts
    }
    expect(await start('2026-01-01')).toMatchObject({ skipped: 1, done: 0 })
    expect(await start('2999-01-01')).toMatchObject({ skipped: 0, done: 1 })
  })

  it('takes no further sources once it is stopped, and continues what a dead process has left', async () => {
    const sourceIds = [await register(), await register()]
    const id = '00000000-0000-4000-8000-0000000000b1'
    // As if another process had it.
    await createBulkOperation(api.database, { id, action: 'pause', labels: null, actor: 'test', sourceIds: sourceIds.slice(0, 1) })
    const claimed = await claimBulkOperation(api.database, { holder: 'dead', holdMs: 60_000 })
    expect(claimed).toMatchObject({ id })
    expect((await api.get(`/v1/bulk-operations/${id}`)).body).toMatchObject({ counts: { waiting: 1 }, doneAt: null })
    await api.database.pool.query(`UPDATE bulk_operations SET held_until = now() - interval '1 second' WHERE id = $1`, [id])
    // Anything that wakes the runner; the oldest operation comes first.
    await perform({ action: 'resume', sources: [sourceIds[1]] })
    expect((await api.get(`/v1/bulk-operations/${id}`)).body).toMatchObject({ counts: { done: 1 } })
    const stopped = '00000000-0000-4000-8000-0000000000b2'
    await createBulkOperation(api.database, { id: stopped, action: 'pause', labels: null, actor: 'test', sourceIds })
    await claimBulkOperation(api.database, { holder: 'dead', holdMs: 60_000 })
    expectContract(await api.post(`/v1/bulk-operations/${stopped}/stop`), 'stopBulkOperation')
    await api.database.pool.query(`UPDATE bulk_operations SET held_until = NULL WHERE id = $1`, [stopped])
    await perform({ action: 'resume', sources: [sourceIds[1]] })
    const { body } = await api.get(`/v1/bulk-operations/${stopped}`)
    expect(body).toMatchObject({ counts: { skipped: 2, done: 0 }, doneAt: expect.any(String), stoppedAt: expect.any(String) })
  })
})
