import { connectorSettings, jobSettings, processSettings } from '@inlet/observability'
import { envChoice, envInt, envList, envPrograms, envText, envUrl } from '@inlet/runtime'
import { envKeyring } from '@inlet/security'
import { z } from 'zod'

/** The settings of a worker. */
export const workerEnv = z.object({
  ...processSettings,
  ...jobSettings,
  ...connectorSettings,
  INLET_ENCRYPTION_KEYS: envKeyring,
  INLET_FILE_ROOTS: envList({ default: [], describe: 'folders that connectors may read files and repositories from' }),
  INLET_SINGER_TAPS: envPrograms({ describe: 'Singer taps that sources may run, as name=/path/to/executable arguments' }),
  INLET_WORK_DIR: envText({ default: '.inlet/work', describe: 'folder for clones and other working copies' }),
  INLET_WORKER_CONCURRENCY: envInt({ min: 1, max: 1_000, default: 32, describe: 'runs at a time' }),
  INLET_HISTORY_DAYS: envInt({
    min: 1,
    max: 3_650,
    describe: 'days that runs, ticks, events and moves of cursors are kept at most; 90 without it',
  }).optional(),
  INLET_HISTORY_PER_SOURCE: envInt({
    min: 10,
    max: 1_000_000,
    describe: 'runs, ticks and events that are kept of each source, and moves of the cursor of each stream; 500 without it',
  }).optional(),
  INLET_CHANGES_DAYS: envInt({ min: 1, max: 365, describe: 'days that the change feed can be resumed from a token; 7 without it' }).optional(),
  INLET_QUARANTINE_PERCENT: envInt({
    min: 0,
    max: 100,
    describe: 'how much of the records of a source may be in quarantine before an incident opens, in percent; 5 without it, 100: never',
  }).optional(),
  INLET_VECTOR_INDEX: envChoice(['auto', 'off'], {
    default: 'auto',
    describe: 'index over the vectors of search; auto: where Postgres has pgvector',
  }).optional(),
  INLET_WORKER_PAGE_TIMEOUT_MS: envInt({
    min: 1_000,
    max: 86_400_000,
    describe: 'how long a run waits for the next page of its source; 30 minutes without it',
  }).optional(),
  INLET_WORKER_INFLIGHT_BYTES: envInt({
    min: 1_048_576,
    max: 1_073_741_824,
    default: 33_554_432,
    describe: 'bytes of this worker that may wait for the scribe',
  }),
  INLET_SCRIBE_BACKLOG_BYTES: envInt({
    min: 1_048_576,
    max: 4_294_967_296,
    default: 67_108_864,
    describe: 'bytes of all workers that may wait for the scribe',
  }),
  INLET_CHROMIUM: envText({ describe: 'the browser for pages that need their scripts to run; without it the one of the system' }).optional(),
  INLET_CHROMIUM_SANDBOX: envChoice(['auto', 'on', 'off'], {
    default: 'auto',
    describe: 'sandbox of the browser; auto: on, unless the worker runs as root',
  }),
  INLET_CHROMIUM_PAGES: envInt({ min: 1, max: 64, default: 4, describe: 'pages in the browser at a time, over all sources' }),
  INLET_CHROMIUM_MEMORY_BYTES: envInt({
    min: 268_435_456,
    max: 68_719_476_736,
    default: 1_073_741_824,
    describe: 'memory of the browser above which it is replaced',
  }),
  INLET_PUBLIC_URL: envUrl({ schemes: ['http', 'https'], describe: 'address of the API as people reach it, for links in notifications' }).optional(),
  INLET_WORKER_OPS_HOST: envText({ default: '127.0.0.1', describe: 'address for /health, /ready and /metrics' }),
  INLET_WORKER_OPS_PORT: envInt({ min: 0, max: 65_535, default: 3211, describe: 'port for /health, /ready and /metrics' }),
})
export type WorkerConfig = z.output<typeof workerEnv>
