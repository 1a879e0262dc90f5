import { envChoice, envInt, envList, envText, envUrl } from '@inlet/runtime'
import { LOG_LEVELS } from '../logging/logger.js'

/** Settings of every process. */
export const processSettings = {
  DATABASE_URL: envUrl({ schemes: ['postgres', 'postgresql'], describe: 'Postgres that holds everything' }),
  REDIS_URL: envUrl({ schemes: ['redis', 'rediss'], describe: 'Redis for the queues; without it they live in Postgres' }).optional(),
  LOG_LEVEL: envChoice(LOG_LEVELS, { default: 'info', describe: 'least level that is logged' }),
  INLET_QUEUE_PREFIX: envText({ default: 'inlet', describe: 'separates installations on one queue server' }),
}

/** Settings of processes that work on jobs. */
export const jobSettings = {
  INLET_QUEUE_MAX_OUTAGE_MS: envInt({
    min: 1_000,
    max: 86_400_000,
    describe: 'how long the queue may be unavailable before the process ends; 10 minutes without it',
  }).optional(),
  INLET_LEASE_TTL_MS: envInt({ min: 2_000, max: 120_000, default: 15_000, describe: 'how long a dead process keeps its runs and jobs' }),
}

/** Settings of processes that run connectors. */
export const connectorSettings = {
  INLET_ENCRYPTION_KEYS_FILE: envText({ describe: 'file with the master keys, instead of INLET_ENCRYPTION_KEYS' }).optional(),
  INLET_EGRESS_ALLOW: envList({ default: [], describe: 'private hosts, addresses or networks that connectors may reach' }),
  INLET_CONNECTORS: envList({ default: [], describe: 'packages or folders with further connectors' }),
}
