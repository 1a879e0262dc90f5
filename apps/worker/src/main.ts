import { createLogger, createSecretRegistry } from '@inlet/observability'
import { INSTALLATION_KEYS, parseEnv, runMain, withSecretFiles } from '@inlet/runtime'
import { composeWorker } from './compose.js'
import { workerEnv } from './config.js'

const secrets = createSecretRegistry()

/** `--concurrency N` on the command line overrides INLET_WORKER_CONCURRENCY. */
const concurrencyFlag = (argv: readonly string[]): Record<string, string> => {
  const at = argv.indexOf('--concurrency')
  const value = at === -1 ? undefined : argv[at + 1]
  return value === undefined ? {} : { INLET_WORKER_CONCURRENCY: value }
}

await runMain({
  env: { ...process.env, ...concurrencyFlag(process.argv) },
  parse: (env) => parseEnv(workerEnv, withSecretFiles(env), { ownPrefix: 'INLET_', alsoAllowed: INSTALLATION_KEYS }),
  background: true,
  createLog: (config) => createLogger({ level: config.LOG_LEVEL, name: 'worker', secrets }),
  compose: (config, { log, signal }) => composeWorker(config, { log, secrets, signal }),
})
