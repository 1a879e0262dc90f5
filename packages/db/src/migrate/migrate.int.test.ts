import { createTestDatabase, openTestStore, type TestDatabase } from '@inlet/testing'
import { afterAll, afterEach, describe, expect, inject, it } from 'vitest'
import { createDatabase } from '../database.js'
import { runScript } from '../run-script.js'
import { comparePending, migrate, readMigrationFiles } from './migrate.js'
import { untilSchemaReady } from './schema-ready.js'

const names = readMigrationFiles().map(({ name }) => name)
const databases: TestDatabase[] = []
const fresh = async (): Promise<string> => {
  const created = await createTestDatabase(inject('postgresUrl'))
  databases.push(created)
  return created.url
}
afterEach(async () => {
  for (const database of databases.splice(0)) await database.drop()
})

describe('migrate', () => {
  it('brings an empty database to this build, and does nothing the second time', async () => {
    const url = await fresh()
    expect(await migrate(url)).toEqual(names)
    expect(await migrate(url)).toEqual([])
    const [row] = await runScript<{ n: number }>(
      url,
      `SELECT count(*)::int AS n FROM information_schema.tables WHERE table_name IN ('sources', 'runs', 'records')`,
    )
    expect(row?.n).toBe(3)
  })

  it('applies each migration once when many start at the same time', async () => {
    const url = await fresh()
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(url)))
    expect(applied.flat().sort()).toEqual(names)
  })

  it('refuses a database that is ahead of the build', async () => {
    const url = await fresh()
    await migrate(url)
    await runScript(
      url,
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '29990101000000_future', now())`,
    )
    await expect(migrate(url)).rejects.toThrow(/ahead of this build.*29990101000000_future/)
    const database = createDatabase({ url, applicationName: 'test' })
    await expect(untilSchemaReady(database, new AbortController().signal)).rejects.toThrow(/ahead of this build/)
    await database.close()
  })

  it('refuses when a migration was changed after it was applied', async () => {
    const url = await fresh()
    await migrate(url)
    await runScript(url, `UPDATE _prisma_migrations SET checksum = 'other' WHERE migration_name = '${names[0]}'`)
    await expect(migrate(url)).rejects.toThrow(/changed after they were applied/)
  })

  it('lets others wait until the schema is there', async () => {
    const url = await fresh()
    const database = createDatabase({ url, applicationName: 'test' })
    const waiting = untilSchemaReady(database, new AbortController().signal)
    await migrate(url)
    await waiting
    await expect(untilSchemaReady(createStopped(database), AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped')
    await database.close()
  })
})

/** A database without our tables: only the signal ends the wait for it. */
const createStopped = (database: ReturnType<typeof createDatabase>) => ({
  ...database,
  pool: { query: async () => ({ rows: [{ present: false }] }) } as unknown as typeof database.pool,
})

describe('comparePending', () => {
  const file = (name: string) => ({ name, sql: '', checksum: `sum of ${name}` })
  it('returns the missing migrations, in order', () => {
    expect(comparePending([file('1'), file('2'), file('3')], [{ name: '2', checksum: 'sum of 2' }]).map(({ name }) => name)).toEqual(['1', '3'])
  })
})

describe('a clone of the template', () => {
  const stores: { close(): Promise<void> }[] = []
  afterAll(() => Promise.all(stores.map((store) => store.close())))
  it('is a migrated database', async () => {
    const store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
    stores.push(store)
    expect(await migrate(store.url)).toEqual([])
  })
})
