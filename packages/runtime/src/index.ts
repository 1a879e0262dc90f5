export { closeMatch } from './env/close-match.js'
export { EnvError, type EnvProblem } from './env/env-error.js'
export { envBool, envChoice, envInt, envList, envPrograms, envText, envUrl } from './env/env-types.js'
export { INSTALLATION_KEYS } from './env/installation-keys.js'
export { type Env, type ParseEnvOptions, parseEnv } from './env/parse-env.js'
export { withSecretFiles } from './env/secret-files.js'
export {
  type Closeable,
  type CloseFailure,
  createLifecycle,
  type DeferOptions,
  type Lifecycle,
  type LifecycleLog,
  withLifecycle,
} from './lifecycle/lifecycle.js'
export { DeadlineError, withDeadline } from './lifecycle/with-deadline.js'
export { type ByteBudget, createByteBudget } from './limits/byte-budget.js'
export { createSemaphore, type Semaphore } from './limits/semaphore.js'
export { EXIT_CONFIG, EXIT_FAILURE, EXIT_INTERRUPTED, EXIT_OK } from './main/exit-codes.js'
export { type Main, type MainHost, type MainLog, type RunningApp, runMain } from './main/run-main.js'
export { type ProcessHost, type StopSignal, waitForSignal } from './main/signals.js'
export { REDACTED, redactionPattern, redactValues } from './text/redact-values.js'
export { monotonicNow } from './time/monotonic-now.js'
export { sleep } from './time/sleep.js'
