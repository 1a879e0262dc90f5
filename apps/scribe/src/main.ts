import { createLogger } from '@inlet/observability'
import { parseEnv, runMain } from '@inlet/runtime'
import { composeScribe } from './compose.js'
import { FOREIGN_KEYS, scribeEnv } from './config.js'

await runMain({
  env: process.env,
  parse: (env) => parseEnv(scribeEnv, env, { ownPrefix: 'INLET_', alsoAllowed: FOREIGN_KEYS }),
  createLog: (config) => createLogger({ level: config.LOG_LEVEL, name: 'scribe' }),
  compose: (config, context) => composeScribe(config, context),
})
