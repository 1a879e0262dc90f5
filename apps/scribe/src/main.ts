import { fileURLToPath } from 'node:url'
import { createLogger } from '@inlet/observability'
import { INSTALLATION_KEYS, parseEnv, runMain, withSecretFiles } from '@inlet/runtime'
import { composeScribe } from './compose.js'
import { scribeEnv } from './config.js'
import { composeIndexer } from './indexer/compose-indexer.js'
import { INDEXER } from './indexer/start-indexer.js'

const isIndexer = process.argv[2] === INDEXER

await runMain({
  env: process.env,
  parse: (env) => parseEnv(scribeEnv, withSecretFiles(env), { ownPrefix: 'INLET_', alsoAllowed: INSTALLATION_KEYS }),
  background: true,
  createLog: (config) => createLogger({ level: config.LOG_LEVEL, name: isIndexer ? 'indexer' : 'scribe' }),
  compose: async (config, context) =>
    isIndexer ? composeIndexer(config, context, process) : composeScribe(config, { ...context, script: fileURLToPath(import.meta.url) }),
})
