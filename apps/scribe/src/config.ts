import { LOG_LEVELS } from '@inlet/observability'
import { envChoice, envInt, envText, envUrl } from '@inlet/runtime'
import { z } from 'zod'

/** The settings of a scribe. */
export const scribeEnv = z.object({
  DATABASE_URL: envUrl({ schemes: ['postgres', 'postgresql'], describe: 'Postgres that holds everything' }),
  REDIS_URL: envUrl({ schemes: ['redis', 'rediss'], describe: 'Redis for the queues; without it they live in Postgres' }).optional(),
  LOG_LEVEL: envChoice(LOG_LEVELS, { default: 'info', describe: 'least level that is logged' }),
  INLET_QUEUE_PREFIX: envText({ default: 'inlet', describe: 'separates installations on one queue server' }),
  INLET_QUEUE_PATIENCE_MS: envInt({
    min: 1_000,
    max: 86_400_000,
    describe: 'how long the queue may be unavailable before the process ends; 10 minutes without it',
  }).optional(),
  INLET_SCRIBE_CONCURRENCY: envInt({ min: 1, max: 64, default: 3, describe: 'batches stored at a time' }),
  INLET_LEASE_TTL_MS: envInt({ min: 2_000, max: 120_000, default: 15_000, describe: 'how long a dead process keeps its jobs' }),
  INLET_SCRIBE_OPS_HOST: envText({ default: '127.0.0.1', describe: 'address for /health, /ready and /metrics' }),
  INLET_SCRIBE_OPS_PORT: envInt({ min: 0, max: 65_535, default: 3212, describe: 'port for /health, /ready and /metrics' }),
})
export type ScribeConfig = z.output<typeof scribeEnv>
