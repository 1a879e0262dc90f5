import { jobSettings, processSettings } from '@inlet/observability'
import { envInt, envText } from '@inlet/runtime'
import { z } from 'zod'

/** The settings of a scribe. */
export const scribeEnv = z.object({
  ...processSettings,
  ...jobSettings,
  INLET_SCRIBE_CONCURRENCY: envInt({ min: 1, max: 64, default: 3, describe: 'batches stored at a time' }),
  INLET_SCRIBE_OPS_HOST: envText({ default: '127.0.0.1', describe: 'address for /health, /ready and /metrics' }),
  INLET_SCRIBE_OPS_PORT: envInt({ min: 0, max: 65_535, default: 3212, describe: 'port for /health, /ready and /metrics' }),
})
export type ScribeConfig = z.output<typeof scribeEnv>
