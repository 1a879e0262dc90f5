import { answerCall } from '@inlet/db'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, insertRecords, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi({ config: { INLET_EGRESS_ALLOW: ['127.0.0.1'] } })
})
afterAll(() => api.close())

const create = (changes: object = {}) => api.post('/v1/sinks', { name: `sink ${Math.random()}`, url: 'http://127.0.0.1:9/secret-path', ...changes })

describe('/v1/sinks', () => {
  it('creates, shows, changes and deletes a sink; its secret is shown once, its full URL never', async () => {
    const source = (await api.post('/v1/sources', newSource())).body
    const made = await create({ sources: [source.slug], from: 'now' })
    expectContract(made, 'createSink')
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      kind: 'webhook',
      status: 'current',
      why: 'everything is delivered',
      lag: { changes: 0, seconds: null },
      sources: [source.id],
    })
    expect(made.body.secret).toMatch(/^whsec_/u)
    const at = `/v1/sinks/${made.body.id}`
    const seen = await api.get(at)
    expectContract(seen, 'getSink')
    expect(seen.text).not.toMatch(/secret-path|whsec_/u)
    const changed = await api.patch(at, { active: false, batchSize: 7, from: 'beginning' })
    expectContract(changed, 'updateSink')
    expect(changed.body).toMatchObject({ active: false, batchSize: 7, status: 'paused', lag: { changes: null } })
    const list = await api.get('/v1/sinks')
    expectContract(list, 'listSinks')
    expect(list.body.items.map(({ id }: { id: string }) => id)).toEqual([made.body.id])
    expect((await api.patch(at, { secret: made.body.secret })).body.previousSecretUntil).not.toBeNull()
    expect((await api.delete(at)).status).toBe(204)
    expect(problemOf(await api.get(at))).toEqual([404, 'NOT_FOUND'])
    const { rows } = await api.database.pool.query(`SELECT action FROM audit WHERE target_id = $1 ORDER BY id`, [made.body.id])
    expect(rows.map(({ action }) => action)).toEqual(['sink.create', 'sink.update', 'sink.update', 'sink.delete'])
  })

  it('reports how far it is behind', async () => {
    const made = await create({ from: 'now' })
    const id = (await api.post('/v1/sources', newSource())).body.id
    await insertRecords(api.database, id, [{ key: 'a' }, { key: 'b' }])
    const { body } = await api.get(`/v1/sinks/${made.body.id}`)
    expect(body).toMatchObject({
      status: 'delivering',
      why: expect.stringMatching(/^2 changes wait/u),
      lag: { changes: 2, seconds: expect.any(Number) },
    })
  })

  it('has a worker try the receiver, returns its response, and audits who asked', async () => {
    const { id } = (await create()).body
    const answerWith = async (result: Parameters<typeof answerCall>[2]) => {
      const sent = api.post(`/v1/sinks/${id}/test`)
      const call = await until(async () => {
        const { rows } = await api.database.pool.query<{ id: string; params: object }>(
          `SELECT * FROM calls WHERE kind = 'sink' AND status = 'waiting'`,
        )
        return rows[0] ?? null
      })
      await answerCall(api.database, call.id, result)
      return { params: call.params, tried: await sent }
    }
    const answer = { delivered: false, status: 401, error: 'the receiver answers 401: wrong signature', durationMs: 12 }
    const { params, tried } = await answerWith({ status: 'done', answer })
    expectContract(tried, 'testSink')
    expect([params, tried.body]).toEqual([{ sinkId: id }, { ...answer, next: expect.stringContaining(`inlet sinks update ${id}`) }])
    const { rows } = await api.database.pool.query(`SELECT action, actor FROM audit WHERE target_id = $1 ORDER BY id DESC LIMIT 1`, [id])
    expect(rows).toEqual([{ action: 'sink.test', actor: expect.stringMatching(/^key:/u) }])
    const { tried: gone } = await answerWith({ status: 'failed', answer: { reason: 'NOT_FOUND', message: 'the sink was deleted in the meantime' } })
    expect(problemOf(gone)).toEqual([404, 'NOT_FOUND'])
    expect(problemOf(await api.post('/v1/sinks/00000000-0000-4000-8000-000000000000/test'))).toEqual([404, 'NOT_FOUND'])
    expect(problemOf(await api.post(`/v1/sinks/${id}/test`, {}, { key: api.keys.write }))).toEqual([403, 'FORBIDDEN'])
  })

  it('refuses invalid sinks', async () => {
    expect(problemOf(await create({ url: 'http://169.254.169.254/' }))[0]).toBe(422)
    expect(problemOf(await create({ url: 'ftp://127.0.0.1/' }))[0]).toBe(422)
    expect(problemOf(await create({ secret: 'short' }))).toEqual([422, 'VALIDATION_FAILED'])
    expect(problemOf(await create({ sources: ['unknown'] }))).toEqual([422, 'VALIDATION_FAILED'])
    await create({ name: 'twice' })
    expect(problemOf(await create({ name: 'twice' }))).toEqual([409, 'NAME_TAKEN'])
    expect(problemOf(await api.post('/v1/sinks', { name: 'x', url: 'http://127.0.0.1:9/' }, { key: api.keys.write }))).toEqual([403, 'FORBIDDEN'])
  })
})
