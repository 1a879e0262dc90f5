import { randomUUID } from 'node:crypto'
import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Transaction } from './prisma-transaction.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const WHO = 'SELECT pg_backend_pid() AS pid, pg_current_xact_id()::text AS xact'
const sides = async ({ prisma, client }: Transaction) => {
  const [mine] = (await client.query(WHO)).rows
  const [theirs] = await prisma.$queryRawUnsafe<unknown[]>(WHO)
  return { mine, theirs }
}
const write = ({ prisma, client }: Transaction, key: string) =>
  Promise.all([
    client.query(`INSERT INTO settings (key, value) VALUES ($1, '"client"')`, [`${key}.client`]),
    prisma.setting.create({ data: { key: `${key}.prisma`, value: 'prisma' } }),
  ])
const written = (key: string) => store.rows<{ key: string }>('SELECT key FROM settings WHERE key LIKE $1 ORDER BY key', [`${key}.%`])

describe('prismaTransaction', () => {
  it('runs Prisma and pg on one connection in one transaction, even with many at once', async () => {
    const all = await Promise.all(Array.from({ length: 30 }, () => store.database.prismaTransaction(sides)))
    for (const { mine, theirs } of all) expect(theirs).toEqual(mine)
    expect(new Set(all.map(({ mine }) => mine?.xact)).size).toBe(30)
  })

  it('commits what both wrote, or nothing when the work throws', async () => {
    const [kept, lost] = [randomUUID(), randomUUID()]
    await store.database.prismaTransaction((tx) => write(tx, kept))
    await expect(
      store.database.prismaTransaction(async (tx) => {
        await write(tx, lost)
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(await written(kept)).toHaveLength(2)
    expect(await written(lost)).toEqual([])
  })

  it('reports that the database does not respond when a connection breaks while in use', async () => {
    await expect(
      store.database.prismaTransaction(async ({ prisma }) => {
        await prisma.$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())`
      }),
    ).rejects.toMatchObject({ reason: 'DATABASE_UNAVAILABLE' })
    expect(await store.database.prisma.setting.count()).toBeGreaterThanOrEqual(0)
  })
})
