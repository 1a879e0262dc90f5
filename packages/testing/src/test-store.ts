import { randomUUID } from 'node:crypto'
import { acquireLease, applyBatch, createDatabase, createRun, createSource, type Database, ensureStreams, type LeasedRun } from '@inlet/db'
import type { Schedule } from '@inlet/domain'
import { createTestDatabase } from './template-database.js'
import { type TestBatchPlace, type TestEntry, testBatch } from './test-batch.js'

/** A migrated database of its own, with shortcuts for what most tests of the store begin with. */
export interface TestStore {
  readonly url: string
  readonly database: Database
  /** Registers a source with the stream `main` (or these); returns its id. */
  addSource(options?: {
    readonly schedule?: Schedule
    readonly streams?: readonly string[]
    readonly connector?: string
    readonly config?: Readonly<Record<string, unknown>>
  }): Promise<string>
  /** Registers a source and takes its lease. */
  openSource(options?: { readonly streams?: readonly string[] }): Promise<OpenTestSource>
  /** Creates a run of the source (or finds its active one) and takes its lease. */
  lease(sourceId: string, options?: { readonly holder?: string; readonly ttlMs?: number; readonly allowMassDelete?: boolean }): Promise<LeasedRun>
  /** Returns the rows of a query. */
  rows<R extends object>(text: string, values?: readonly unknown[]): Promise<R[]>
  /** Expires the lease of a source now, as if its worker had died long ago. */
  expireLease(sourceId: string): Promise<void>
  close(): Promise<void>
}

/** A source with a run that holds its lease. */
export interface OpenTestSource {
  readonly sourceId: string
  readonly run: LeasedRun
  /** Stores the next batch of the run. */
  readonly put: (entries: readonly TestEntry[], more?: Partial<TestBatchPlace>) => Promise<void>
}

export const openTestStore = async (adminUrl: string, template: string): Promise<TestStore> => {
  const created = await createTestDatabase(adminUrl, template)
  return testStoreOf(created.url, { drop: () => created.drop() })
}

/** Opens a test store on an existing migrated database; calls `drop` when it is closed. */
export const testStoreOf = (url: string, { poolSize = 12, drop }: { readonly poolSize?: number; readonly drop: () => Promise<void> }): TestStore => {
  const database = createDatabase({ url, applicationName: 'test', poolSize })
  const store: TestStore = {
    url,
    database,
    async addSource(options = {}) {
      const id = randomUUID()
      await createSource(
        database,
        {
          id,
          name: id,
          connector: options.connector ?? 'test',
          config: options.config ?? {},
          schedule: options.schedule ?? null,
          labels: {},
          sealedSecrets: null,
        },
        'test',
      )
      await ensureStreams(
        database,
        id,
        (options.streams ?? ['main']).map((name) => ({ name, kind: 'row' })),
      )
      return id
    },
    async openSource(options = {}) {
      const sourceId = await store.addSource(options)
      const run = await store.lease(sourceId)
      let seq = 0
      return {
        sourceId,
        run,
        async put(entries, more = {}) {
          seq += 1
          const { result } = await applyBatch(database, testBatch({ ...run, seq, ...more }, entries))
          if (result !== 'applied') throw new Error(`the batch was not applied: ${result}`)
        },
      }
    },
    async lease(sourceId, options = {}) {
      const run = await database.transaction((client) =>
        createRun(client, { sourceId, trigger: 'manual', allowMassDelete: options.allowMassDelete ?? false }),
      )
      if (run === null) throw new Error('no run')
      const lease = await acquireLease(database, { runId: run.id, holder: options.holder ?? 'worker', ttlMs: options.ttlMs ?? 60_000 })
      if (!lease.taken) throw new Error(`the lease was not taken: ${lease.because}`)
      return lease.run
    },
    async rows<R extends object>(text: string, values: readonly unknown[] = []) {
      return (await database.pool.query<R & Record<string, unknown>>(text, [...values])).rows
    },
    async expireLease(sourceId) {
      await database.pool.query(
        `WITH ended AS (UPDATE leases SET expires_at = clock_timestamp() - interval '1 second' WHERE source_id = $1 RETURNING holder)
         INSERT INTO workers (id, role, host, pid, version, concurrency, connectors, heartbeat_at)
         SELECT holder, 'worker', 'test', 1, '1', 20, '{}', clock_timestamp() - interval '3 minutes' FROM ended WHERE holder IS NOT NULL
         ON CONFLICT (id) DO UPDATE SET heartbeat_at = EXCLUDED.heartbeat_at`,
        [sourceId],
      )
    },
    async close() {
      await database.close()
      await drop()
    },
  }
  return store
}
