import { createLogger, createSecretRegistry } from '@inlet/observability'
import { INSTALLATION_KEYS, parseEnv, runMain, withSecretFiles } from '@inlet/runtime'
import { composeApi } from './compose.js'
import { apiEnv } from './config.js'

const secrets = createSecretRegistry()

await runMain({
  env: process.env,
  parse: (env) => parseEnv(apiEnv, withSecretFiles(env), { ownPrefix: 'INLET_', alsoAllowed: INSTALLATION_KEYS }),
  createLog: (config) => createLogger({ level: config.LOG_LEVEL, name: 'api', secrets }),
  compose: (config, { log, signal }) => composeApi(config, { log, secrets, signal, env: process.env }),
})
