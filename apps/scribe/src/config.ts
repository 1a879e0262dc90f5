import { LOG_LEVELS } from '@inlet/observability'
import { envChoice, envInt, envText, envUrl } from '@inlet/runtime'
import { z } from 'zod'

/** The settings of a scribe. */
export const scribeEnv = z.object({
  DATABASE_URL: envUrl({ schemes: ['postgres', 'postgresql'], describe: 'Postgres that holds everything' }),
  REDIS_URL: envUrl({ schemes: ['redis', 'rediss'], describe: 'Redis for the queues; without it they live in Postgres' }).optional(),
  LOG_LEVEL: envChoice(LOG_LEVELS, { default: 'info', describe: 'least level that is logged' }),
  INLET_QUEUE_PREFIX: envText({ default: 'inlet', describe: 'separates installations on one queue server' }),
  INLET_SCRIBE_CONCURRENCY: envInt({ min: 1, max: 64, default: 3, describe: 'batches stored at a time' }),
  INLET_LEASE_TTL_MS: envInt({ min: 2_000, max: 120_000, default: 15_000, describe: 'how long a dead process keeps its jobs' }),
  INLET_SCRIBE_OPS_HOST: envText({ default: '127.0.0.1', describe: 'address for /health, /ready and /metrics' }),
  INLET_SCRIBE_OPS_PORT: envInt({ min: 0, max: 65_535, default: 3212, describe: 'port for /health, /ready and /metrics' }),
})
export type ScribeConfig = z.output<typeof scribeEnv>

/** INLET_* keys of the other processes, which may share an environment with this one; any further INLET_* key is a mistake. */
export const FOREIGN_KEYS = [
  'INLET_CHROMIUM',
  'INLET_CHROMIUM_*',
  'INLET_API_*',
  'INLET_BOARD_*',
  'INLET_BROWSE_*',
  'INLET_CONNECTORS',
  'INLET_EGRESS_*',
  'INLET_ENCRYPTION_*',
  'INLET_FILE_*',
  'INLET_HOOK_*',
  'INLET_PUBLIC_URL',
  'INLET_PUBLISHED_*',
  'INLET_RATE_*',
  'INLET_SCRIBE_BACKLOG_BYTES',
  'INLET_SINGER_*',
  'INLET_SOURCES_*',
  'INLET_TEST_*',
  'INLET_TRUST_*',
  'INLET_UPLOAD_*',
  'INLET_WORK*',
]
