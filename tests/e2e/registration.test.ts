import { existsSync } from 'node:fs'
import path from 'node:path'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { expectContract, problemOf, type TestApi } from '../../apps/api/testing/start-api.js'
import { fillShelf, type ShelfStack, shelf, shelfSource, startShelf, TOKEN } from '../harness/shelf.js'

describe('a source from its registration to its end', () => {
  let stack: ShelfStack
  let api: TestApi
  beforeAll(async () => {
    stack = await startShelf()
    api = stack.api
  })
  afterAll(() => stack.close())
  beforeEach(fillShelf)
  const register: ShelfStack['register'] = (changes) => stack.register(changes)
  const browse: ShelfStack['browse'] = (id, rest) => stack.browse(id, rest)
  const change: ShelfStack['change'] = (id, json) => stack.change(id, json)

  describe('registration', () => {
    it('connects first when asked to, and saves nothing that does not work', async () => {
      const bad = await api.post('/v1/sources?check=true', shelfSource({ slug: 'checked', secrets: { token: 'wrong' } }))
      expect(problemOf(bad)[1]).toBe('AUTH_FAILED')
      expect((await api.get('/v1/sources/checked')).status).toBe(404)
      const good = await api.post('/v1/sources?check=true', shelfSource({ slug: 'checked', secrets: { token: TOKEN } }))
      expectContract(good, 'createSource')
      expect(good.body).toMatchObject({ slug: 'checked', checked: true })
      // The third time to see whether search would find what it reads.
      expect(shelf.opened).toBe(3)
    })

    it('asks nobody otherwise', async () => {
      const answer = await api.post('/v1/sources', shelfSource({ secrets: { token: 'wrong' } }))
      expect([answer.status, answer.body.checked, shelf.opened]).toEqual([201, false, 0])
    })

    it('refuses a taken slug, a taken name and a connector nobody has', async () => {
      const taken = shelfSource({ slug: 'taken' })
      expect((await api.post('/v1/sources', taken)).status).toBe(201)
      expect(problemOf(await api.post('/v1/sources', shelfSource({ slug: 'taken' })))).toEqual([409, 'ID_TAKEN'])
      expect(problemOf(await api.post('/v1/sources', shelfSource({ name: taken.name.toUpperCase() })))).toEqual([409, 'NAME_TAKEN'])
      expect(problemOf(await api.post('/v1/sources', shelfSource({ connector: 'cupboard' })))).toEqual([422, 'UNKNOWN_CONNECTOR'])
    })

    it('encrypts secrets, decrypts them where they are used, and shows only that they are set', async () => {
      const id = await register({ secrets: { token: TOKEN }, config: { room: 'attic' } })
      await browse(id)
      expect([...shelf.tokens]).toEqual([TOKEN])
      const shown = await api.get(`/v1/sources/${id}`)
      expect(shown.body).toMatchObject({ config: { room: 'attic' }, secrets: { token: { set: true, updatedAt: expect.any(String) } } })
      expect(shown.text).not.toContain(TOKEN)
      const stored = await api.database.pool.query<{ sealed: object }>('SELECT sealed FROM credentials WHERE source_id = $1', [id])
      expect(stored.rows).toHaveLength(1)
      expect(JSON.stringify(stored.rows)).not.toContain(TOKEN)
    })
  })

  describe('connections', () => {
    const run = async (id: string): Promise<void> => {
      const { runId } = (await api.post(`/v1/sources/${id}/run`)).body
      const ended = await until(async () => {
        const { body: now } = await api.get(`/v1/runs/${runId}`)
        return now.status === 'ended' ? now : null
      })
      expect(ended).toMatchObject({ outcome: expect.stringMatching(/^ok/) })
    }

    it('are reused, opened again after a reload, a new version and new secrets, and closed with the source', async () => {
      const id = await register()
      await run(id)
      await run(id)
      expect([shelf.opened, shelf.open]).toEqual([1, [id]])
      await api.post(`/v1/sources/${id}/reload`)
      await until(() => !shelf.open.includes(id))
      await run(id)
      expect(shelf.opened).toBe(2)
      await change(id, { config: { room: 'cellar' } })
      await change(id, { secrets: { token: 'another' } })
      await run(id)
      expect(shelf.tokens).toContain('another')
      await api.delete(`/v1/sources/${id}`)
      await until(() => !shelf.open.includes(id))
    })
  })

  it('frees everything when it is removed', async () => {
    const id = await register({ schedule: { cron: '0 0 1 1 *' }, secrets: { token: TOKEN } })
    await browse(id)
    await api.get(`/v1/sources/${id}/browse/content?path=a.txt`)
    expect(existsSync(path.join(stack.workDir, id))).toBe(true)
    expect((await api.delete(`/v1/sources/${id}`)).status).toBe(202)
    expect((await browse(id)).status).toBe(404)
    const { rows: tables } = await api.database.pool.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'source_id'`,
    )
    const left = async (): Promise<readonly string[]> => {
      const found: string[] = []
      for (const { name } of tables)
        if (((await api.database.pool.query(`SELECT FROM ${name} WHERE source_id = $1`, [id])).rowCount ?? 0) > 0) found.push(name)
      return found
    }
    await until(async () => (await left()).length === 0)
    await until(() => !existsSync(path.join(stack.workDir, id)))
    expect([shelf.open.includes(id), (await api.queues.listSchedules()).filter(({ sourceId }) => sourceId === id)]).toEqual([false, []])
  })
})
