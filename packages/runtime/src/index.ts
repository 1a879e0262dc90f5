export { closeMatch } from './env/close-match.js'
export { envBool, envChoice, envInt, envList, envPrograms, envText, envUrl } from './env/env-types.js'
export { INSTALLATION_KEYS } from './env/installation-keys.js'
export { type Env, EnvError, type EnvProblem, type ParseEnvOptions, parseEnv } from './env/parse-env.js'
export { withSecretFiles } from './env/secret-files.js'
export { endSilentConnections, type ObservablePool } from './lifecycle/end-silent-connections.js'
export {
  type Closeable,
  type CloseFailure,
  createLifecycle,
  type DeferOptions,
  type Lifecycle,
  type LifecycleLog,
  withLifecycle,
} from './lifecycle/lifecycle.js'
export { type ByteBudget, createByteBudget, createSemaphore, type Semaphore } from './limits/byte-budget.js'
export { createGrouping } from './limits/grouping.js'
export { EXIT_CONFIG, EXIT_FAILURE, EXIT_INTERRUPTED, EXIT_OK } from './main/exit-codes.js'
export { type Main, type MainHost, type MainLog, type RunningApp, runMain } from './main/run-main.js'
export { type ProcessHost, type StopSignal, waitForSignal } from './main/signals.js'
export { LAST, yieldToOthers } from './main/yield-to-others.js'
export { REDACTED, redactionPattern, redactValues } from './text/redact-values.js'
export { createThrottle, DeadlineError, monotonicNow, setAlignedInterval, sleep, withDeadline } from './time/timers.js'
