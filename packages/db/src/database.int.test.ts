import { createTestDatabase, type SilentProxy, startSilentProxy, type TestDatabase } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createDatabase, type Database } from './database.js'
import { isConnectionError } from './sql-state.js'

let store: TestDatabase
let proxy: SilentProxy
let database: Database
beforeAll(async () => {
  store = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'))
  proxy = await startSilentProxy(Number(new URL(store.url).port))
  const url = new URL(store.url)
  url.port = String(proxy.port)
  database = createDatabase({ url: url.href, applicationName: 'test', poolSize: 1, statementTimeoutMs: 200, silenceMs: 300 })
})
afterAll(async () => {
  await database.close()
  await proxy.close()
  await store.drop()
})

describe('a connection that dies silently', () => {
  it('fails what waits for it, and is replaced', async () => {
    await database.pool.query('SELECT 1')
    proxy.silence()
    await expect(database.pool.query('SELECT 1')).rejects.toMatchObject({ reason: 'DATABASE_UNAVAILABLE' })
    expect((await database.pool.query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }])
  })

  it('fails what Prisma waits for', async () => {
    await database.prisma.source.count()
    proxy.silence()
    await expect(database.prisma.source.count()).rejects.toSatisfy(isConnectionError)
  })

  it('fails the transaction in progress', async () => {
    const work = database.transaction(async (client) => {
      await client.query('SELECT 1')
      proxy.silence()
      await client.query('SELECT 2')
    })
    await expect(work).rejects.toMatchObject({ reason: 'DATABASE_UNAVAILABLE' })
    const prismaWork = database.prismaTransaction(async ({ prisma }) => {
      await prisma.source.count()
      proxy.silence()
      await prisma.source.count()
    })
    await expect(prismaWork).rejects.toMatchObject({ reason: 'DATABASE_UNAVAILABLE' })
    expect(await database.prisma.source.count()).toBe(0)
  })
})

it('never compiles a statement: merging ranges is overestimated a thousandfold, and a page of the change feed took seconds', async () => {
  for (const pool of [database.pool, database.lists]) expect((await pool.query('SHOW jit')).rows).toEqual([{ jit: 'off' }])
})

it('reports that the database is unavailable when the server ends a connection in use', async () => {
  const { rows } = await database.pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  await expect(database.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])).rejects.toMatchObject({ reason: 'DATABASE_UNAVAILABLE' })
})
