import { createLogger, createSecretRegistry } from '@inlet/observability'
import { parseEnv, runMain } from '@inlet/runtime'
import { composeApi } from './compose.js'
import { apiEnv, FOREIGN_KEYS } from './config.js'

const secrets = createSecretRegistry()

await runMain({
  env: process.env,
  parse: (env) => parseEnv(apiEnv, env, { ownPrefix: 'INLET_', alsoAllowed: FOREIGN_KEYS }),
  createLog: (config) => createLogger({ level: config.LOG_LEVEL, name: 'api', secrets }),
  compose: (config, { log, signal }) => composeApi(config, { log, secrets, signal }),
})
