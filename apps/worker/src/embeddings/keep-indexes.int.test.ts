import { createLogger } from '@inlet/observability'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type EmbeddingFixture, openEmbeddingFixture } from './fixtures/open-embedding-fixture.js'
import { keepIndexes } from './keep-indexes.js'

let fixture: EmbeddingFixture
beforeAll(async () => {
  fixture = await openEmbeddingFixture(inject('postgresUrl'), inject('templateDatabase'))
  await fixture.begin()
})
afterAll(async () => {
  await fixture.end()
  await fixture.close()
})

it('maintains an index for each generation, and says why there is none', async () => {
  const { database, url } = fixture.store
  const log = createLogger({ level: 'silent', name: 'test' })
  const choreOf = (isWanted: boolean) => keepIndexes({ database, databaseUrl: url, isWanted, log })
  expect(await choreOf(true).isWanted?.()).toBe(false)
  const { id } = await fixture.addGeneration()
  const chore = choreOf(true)
  expect(await chore.isWanted?.()).toBe(true)
  await chore.work(new AbortController().signal)
  // The embedded Postgres has no pgvector; packages/db/src/embeddings/vector-index.int.test.ts shows what happens with it.
  expect((await fixture.read(id)).indexNote).toMatch(/no extension "vector"/)
  await choreOf(false).work(new AbortController().signal)
  expect((await fixture.read(id)).indexNote).toMatch(/INLET_VECTOR_INDEX/)
})
