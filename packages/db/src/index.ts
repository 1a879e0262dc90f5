export { answerCall, type Call, type CallAnswer, findAnswer, findWaitingCall, insertCall, type NewCall } from './calls/call-repository.js'
export { createDatabase, type Database, type DatabaseOptions, toDatabaseFailure } from './database.js'
export { type ApplyResult, applyBatch, batchHash } from './loading/apply-batch.js'
export type { WriteCounts } from './loading/write-records.js'
export { appliedMigrations, migrate } from './migrate/migrate.js'
export { readMigrationFiles } from './migrate/migration-files.js'
export { untilSchemaReady } from './migrate/schema-ready.js'
export {
  createDueRestarts,
  listOverdueSources,
  listRunsToEnqueue,
  listSourcesToDelete,
  type RunToEnqueue,
  readClockSkewSeconds,
} from './reconcile/reconcile-queries.js'
export { applyRetention, DEFAULT_RETENTION, type Retention } from './reconcile/retention.js'
export { createStoredRecords, type StoredRecords } from './records/known-records.js'
export { createRun, markEnqueued, type NewRun } from './runs/create-run.js'
export { finishRun, type RunEnd, type RunFailure } from './runs/end-run.js'
export {
  type CommitState,
  ensureStreams,
  type Heartbeat,
  type HeartbeatAnswer,
  heartbeat,
  readCommitStates,
  readStoredSeqs,
} from './runs/heartbeat.js'
export { type LeasedRun, type LeaseResult, takeLease } from './runs/lease.js'
export { cancelRun, parkRun, releaseRun } from './runs/release-run.js'
export { type Actor, writeAudit } from './sources/audit.js'
export { deleteSource, markDeleting } from './sources/delete-source.js'
export {
  createSource,
  disarm,
  findConnectorType,
  listSchedulesToArm,
  listWantedSchedules,
  markArmed,
  type NewSource,
  type ScheduleToArm,
  setStatus,
} from './sources/source-repository.js'
export { isConnectionError, isDataError, isRetryable, isTimeout, isUniqueViolation, sqlState } from './sql-state.js'
export { type AccountedTicks, accountTicks, type TickOutcome } from './ticks/account-ticks.js'
export { openUpload, type StoredUpload } from './uploads/open-upload.js'
