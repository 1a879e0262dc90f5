import { migrate, readMigrationFiles } from '@inlet/db'
import { freePort } from '@inlet/db/embedded'
import { createTestDatabase } from './template-database.js'
import { type TestStore, testStoreOf } from './test-store.js'

/**
 * Opens a store in a Postgres with pgvector, which the embedded one lacks: a database of the server at `url` (INLET_TEST_PGVECTOR_URL), or without it
 * PGlite, which is Postgres as WebAssembly with one session for all connections.
 */
export const openVectorStore = async (url: string | undefined): Promise<TestStore> => {
  if (url !== undefined && url !== '') {
    const created = await createTestDatabase(url)
    await migrate(created.url)
    return testStoreOf(created.url, { drop: () => created.drop() })
  }
  // 27 MB that no other test needs.
  const [{ PGlite }, { vector }, { PGLiteSocketServer }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite-pgvector'),
    import('@electric-sql/pglite-socket'),
  ])
  const db = await PGlite.create({ extensions: { vector } })
  // Over the connection it would take a minute.
  for (const { sql } of readMigrationFiles()) await db.exec(sql)
  const port = await freePort()
  const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port, maxConnections: 20 })
  await server.start()
  return testStoreOf(`postgres://postgres@127.0.0.1:${port}/postgres`, {
    poolSize: 1,
    async drop() {
      await server.stop()
      await db.close()
    },
  })
}
