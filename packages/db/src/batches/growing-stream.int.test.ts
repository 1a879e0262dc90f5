import { openTestStore, type TestEntry, type TestStore, testBatch, until } from '@inlet/testing'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { createDatabase } from '../database.js'
import { applyBatch } from './apply-batch.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const SIZE = 200
const entries = (batch: number): TestEntry[] => Array.from({ length: SIZE }, (_, n) => ({ key: `${batch}.${n}` }))

it('looks up each record by its key, even while the statistics still show the table as empty', async () => {
  await store.rows('ALTER TABLE records SET (autovacuum_enabled = off)')
  await store.rows('ANALYZE records')
  const run = await store.lease(await store.addSource())
  // A separate pool: the counters below are complete once its connections have ended.
  const database = createDatabase({ url: store.url, applicationName: 'growing', poolSize: 1 })
  try {
    // Small batches first: a plan cached from them would be wrong for what follows.
    for (let seq = 1; seq <= 8; seq += 1) await applyBatch(database, testBatch({ ...run, seq }, [{ key: `small ${seq}` }]))
    for (let seq = 9; seq <= 28; seq += 1) await applyBatch(database, testBatch({ ...run, seq }, entries(seq)))
    await applyBatch(
      database,
      testBatch(
        { ...run, seq: 29 },
        entries(28).map((entry) => ({ ...entry, op: 'd' as const })),
      ),
    )
    await applyBatch(
      database,
      testBatch(
        { ...run, seq: 30, overlaps: true },
        entries(27).map((entry) => ({ ...entry, v: 'new' })),
      ),
    )
  } finally {
    await database.close()
  }
  const read = await until(async () => {
    const [row] = await store.rows<{ inserted: string; rows: string }>(
      `SELECT n_tup_ins AS inserted, seq_tup_read + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes i WHERE i.relid = t.relid) AS rows
       FROM pg_stat_user_tables t WHERE relname = 'records'`,
    )
    return row !== undefined && Number(row.inserted) >= 20 * SIZE + 8 ? row : null
  })
  expect(Number(read.rows)).toBeLessThan(10 * SIZE)
})
