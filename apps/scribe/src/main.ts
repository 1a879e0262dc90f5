import { createLogger } from '@inlet/observability'
import { INSTALLATION_KEYS, parseEnv, runMain, withSecretFiles } from '@inlet/runtime'
import { composeScribe } from './compose.js'
import { scribeEnv } from './config.js'

await runMain({
  env: process.env,
  parse: (env) => parseEnv(scribeEnv, withSecretFiles(env), { ownPrefix: 'INLET_', alsoAllowed: INSTALLATION_KEYS }),
  createLog: (config) => createLogger({ level: config.LOG_LEVEL, name: 'scribe' }),
  compose: (config, context) => composeScribe(config, context),
})
