import { askWorker, type CallDeps, type CallSubject, type WorkerOutcome } from './ask-worker.js'

/** Lets a worker try to connect with these settings. Throws CHECK_TIMEOUT when none answers in time. */
export const checkSettings = (deps: CallDeps, subject: CallSubject, signal: AbortSignal): Promise<WorkerOutcome<'check'>> =>
  askWorker(deps, 'check', { ...subject, params: {} }, signal)
