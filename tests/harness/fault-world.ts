import { randomUUID } from 'node:crypto'
import { createDatabase, createRun, createSource, type Database } from '@inlet/db'
import type { Schedule } from '@inlet/domain'
import { openQueues, type Queues, UNCONFIRMED } from '@inlet/queue'
import { parseKeyring, sealSecrets } from '@inlet/security'
import { createTestDatabase, startRedis, type TestRedis, until } from '@inlet/testing'
import { type Cluster, type ClusterProcess, createCluster } from './cluster.js'
import { createTruthTable, type TruthTable } from './truth-table.js'

export interface FaultWorldOptions {
  /** Server of the truth table, and of the store unless `storeUrl` says otherwise. */
  readonly postgresUrl: string
  readonly template: string
  /** A migrated database to store in; the world makes one when absent. */
  readonly storeUrl?: string
  /** Path of redis-server; the queue lives in Postgres without it. */
  readonly redisServer: string | null
  readonly rows: number
  readonly seed: string
}

/** Workers, scribes, a store and a source of known content: what a fault test starts from. */
export interface FaultWorld {
  readonly database: Database
  readonly queues: Queues
  readonly cluster: Cluster
  readonly truth: TruthTable
  readonly redis: TestRedis | null
  register(schedule?: Schedule): Promise<string>
  startRun(sourceId: string): Promise<string>
  run(runId: string): ReturnType<Database['prisma']['run']['findUniqueOrThrow']>
  /** Waits until the run has stored so many batches. */
  stored(runId: string, batches: number): Promise<void>
  ended(runId: string): Promise<Awaited<ReturnType<Database['prisma']['run']['findUniqueOrThrow']>>>
  /** The process that holds the run now. */
  holder(runId: string): Promise<ClusterProcess>
  close(): Promise<void>
}

export const openFaultWorld = async (options: FaultWorldOptions): Promise<FaultWorld> => {
  const store = options.storeUrl === undefined ? await createTestDatabase(options.postgresUrl, options.template) : null
  const storeUrl = options.storeUrl ?? store?.url ?? ''
  const redis = options.redisServer === null ? null : await startRedis(options.redisServer)
  const truth = await createTruthTable(options.postgresUrl, { rows: options.rows, seed: options.seed })
  const database = createDatabase({ url: storeUrl, applicationName: 'test' })
  const cluster = createCluster({ databaseUrl: storeUrl, redisUrl: redis?.url, egressAllow: [new URL(options.postgresUrl).host] })
  const queues = await openQueues({ redisUrl: redis?.url ?? null, databaseUrl: storeUrl, confirm: UNCONFIRMED, onError: () => {} })
  const find = (runId: string) => database.prisma.run.findUniqueOrThrow({ where: { id: runId } })
  return {
    database,
    queues,
    cluster,
    truth,
    redis,
    async register(schedule) {
      const id = randomUUID()
      const sealedSecrets = sealSecrets(parseKeyring(cluster.encryptionKeys), { ownerId: id, version: 1 }, { password: truth.password })
      const source = { id, name: id, connector: 'postgres', config: truth.config(), schedule: schedule ?? null, labels: {}, sealedSecrets }
      await createSource(database, source, 'test')
      return id
    },
    async startRun(sourceId) {
      const run = await database.transaction((client) => createRun(client, { sourceId, trigger: 'manual' }))
      if (run === null) throw new Error('no run')
      await queues.enqueueRuns([{ runId: run.id, attempt: 0 }])
      return run.id
    },
    run: find,
    async stored(runId, batches) {
      await until(async () => (await find(runId)).committedBatches >= batches, {
        timeoutMs: 60_000,
        everyMs: 20,
        what: `${batches} batches to be stored`,
      })
    },
    ended: (runId) =>
      until(
        async () => {
          const run = await find(runId)
          return run.status === 'ended' ? run : null
        },
        { timeoutMs: 120_000, everyMs: 100, what: 'the run to end' },
      ),
    async holder(runId) {
      const { holder } = await find(runId)
      const found = cluster.processes().find(({ pid }) => pid === Number(holder?.split(':')[1]))
      if (found === undefined) throw new Error(`nobody holds the run: ${holder}`)
      return found
    },
    async close() {
      await cluster.close()
      await queues.close()
      await database.close()
      await redis?.stop()
      await store?.drop()
    },
  }
}
