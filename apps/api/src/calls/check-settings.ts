import { askWorker, type CallDeps, type WorkerOutcome, type WorkerRequest } from './ask-worker.js'

/** Lets a worker try to connect with these settings. Throws CHECK_TIMEOUT when none answers in time. */
export const checkSettings = (deps: CallDeps, request: Omit<WorkerRequest, 'kind' | 'params'>, signal: AbortSignal): Promise<WorkerOutcome> =>
  askWorker(deps, { ...request, kind: 'check' }, signal)
