import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createLogger, createSecretRegistry } from '@inlet/observability'
import { composeScribe } from '@inlet/scribe/compose'
import type { TestApi } from '../../apps/api/testing/start-api.js'
import { composeWorker } from '../../apps/worker/src/compose.js'

type WorkerConfig = Parameters<typeof composeWorker>[0]
type WorkerParts = NonNullable<Parameters<typeof composeWorker>[2]>

export interface TestProcesses {
  /** Where the worker has its working folders. */
  readonly workDir: string
  /** Stops both and removes the working folders; the API stays. */
  close(): Promise<void>
}

/** Starts a worker and a scribe beside an API, in this process; `parts` gives the worker its connectors. */
export const startProcesses = async (
  api: Pick<TestApi, 'store' | 'keyring'>,
  parts: WorkerParts,
  config: Partial<Pick<WorkerConfig, 'INLET_EGRESS_ALLOW' | 'INLET_FILE_ROOTS'>> = {},
): Promise<TestProcesses> => {
  const common = {
    DATABASE_URL: api.store.url,
    REDIS_URL: undefined,
    LOG_LEVEL: 'warn' as const,
    INLET_QUEUE_PREFIX: 'inlet',
    INLET_LEASE_TTL_MS: 15_000,
  }
  const log = createLogger({ level: 'silent', name: 'test' })
  const { signal } = new AbortController()
  const scribe = await composeScribe(
    { ...common, INLET_SCRIBE_CONCURRENCY: 1, INLET_SCRIBE_OPS_HOST: '127.0.0.1', INLET_SCRIBE_OPS_PORT: 0 },
    { log, signal },
  )
  const workDir = mkdtempSync(path.join(tmpdir(), 'inlet-work-'))
  const worker = await composeWorker(
    {
      ...common,
      INLET_ENCRYPTION_KEYS: api.keyring,
      INLET_EGRESS_ALLOW: [],
      INLET_CONNECTORS: [],
      INLET_FILE_ROOTS: [],
      INLET_SINGER_TAPS: new Map(),
      INLET_WORK_DIR: workDir,
      INLET_CHROMIUM_SANDBOX: 'auto',
      INLET_CHROMIUM_PAGES: 4,
      INLET_CHROMIUM_MEMORY_BYTES: 1_073_741_824,
      INLET_WORKER_CONCURRENCY: 2,
      INLET_WORKER_INFLIGHT_BYTES: 33_554_432,
      INLET_SCRIBE_BACKLOG_BYTES: 67_108_864,
      INLET_WORKER_OPS_HOST: '127.0.0.1',
      INLET_WORKER_OPS_PORT: 0,
      ...config,
    },
    { log, secrets: createSecretRegistry(), signal },
    parts,
  )
  return {
    workDir,
    async close() {
      await worker.close()
      await scribe.close()
      rmSync(workDir, { recursive: true, force: true })
    },
  }
}
