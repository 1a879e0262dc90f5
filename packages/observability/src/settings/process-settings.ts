import { envChoice, envInt, envList, envText, envUrl } from '@inlet/runtime'
import { LOG_LEVELS } from '../logging/logger.js'

/** How long the queue may be unavailable if INLET_QUEUE_MAX_OUTAGE_MS is not set (ms). */
export const QUEUE_MAX_OUTAGE_MS = 600_000

/** Settings of every process. */
export const processSettings = {
  DATABASE_URL: envUrl({ schemes: ['postgres', 'postgresql'], describe: 'Postgres that holds everything' }),
  REDIS_URL: envUrl({ schemes: ['redis', 'rediss'], describe: 'Redis for the queues; without it they live in Postgres' }).optional(),
  LOG_LEVEL: envChoice(LOG_LEVELS, { default: 'info', describe: 'least level that is logged' }),
  INLET_METRICS_SOURCES: envInt({
    min: 0,
    max: 1_000_000,
    describe: 'sources with series of their own in the metrics of a process; the others are counted together; 1,000 without it',
  }).optional(),
  INLET_QUEUE_PREFIX: envText({ default: 'inlet', describe: 'separates installations on one queue server' }),
  INLET_QUEUE_MAX_OUTAGE_MS: envInt({
    min: 1_000,
    max: 86_400_000,
    describe: 'how long the queue may be unavailable before the process ends (the API: only while it starts); 10 minutes without it',
  }).optional(),
}

/** Settings of processes that handle jobs. */
export const jobSettings = {
  INLET_LEASE_TTL_MS: envInt({ min: 2_000, max: 120_000, default: 15_000, describe: 'how long a dead process keeps its runs and jobs' }),
}

/** Settings of processes that run connectors. */
export const connectorSettings = {
  INLET_ENCRYPTION_KEYS_FILE: envText({ describe: 'file with the master keys, instead of INLET_ENCRYPTION_KEYS' }).optional(),
  INLET_EGRESS_ALLOW: envList({ default: [], describe: 'private hosts, addresses or networks that connectors may reach' }),
  INLET_CONNECTORS: envList({ default: [], describe: 'packages or folders with further connectors' }),
}
