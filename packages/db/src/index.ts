export {
  type ApiKeyForLogin,
  type ApiKeyOverview,
  findApiKeyForLogin,
  insertApiKey,
  type KeyScope,
  listApiKeys,
  type NewApiKeyRow,
  noteApiKeyUse,
  revokeApiKey,
} from './api-keys/api-key-repository.js'
export { answerCall, type Call, type CallAnswer, findAnswer, findWaitingCall, insertCall, type NewCall } from './calls/call-repository.js'
export { createDatabase, type Database, type DatabaseOptions, toDatabaseFailure } from './database.js'
export { type EventListRequest, findLastEventId, listEvents, listNewEvents, type StoredEvent } from './events/list-events.js'
export {
  claimIdempotencyKey,
  dropIdempotencyKey,
  type IdempotencyClaim,
  type StoredAnswer,
  storeIdempotentAnswer,
} from './idempotency/idempotency-repository.js'
export { type ApplyResult, applyBatch } from './loading/apply-batch.js'
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
export type { FetchedRecord } from './records/fetch-records.js'
export { findRecord, type StoredRecordDetails } from './records/find-record.js'
export { createStoredRecords, type StoredRecords } from './records/known-records.js'
export { listRecords, type RecordListRequest, type RecordRows } from './records/list-records.js'
export type { RecordFilter, StoredRecord } from './records/record-row.js'
export { MAX_RANKED, type RankedRecord, type RecordSearch, type SearchRows, searchRecords } from './records/search-records.js'
export { runScript } from './run-script.js'
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
export { findRun, listEndedRuns, listRuns, type RunListRequest, type RunOverview } from './runs/list-runs.js'
export { cancelRun, parkRun, releaseRun } from './runs/release-run.js'
export { startRun } from './runs/start-run.js'
export { claimSetting, findSetting } from './settings/setting-repository.js'
export { type Actor, writeAudit } from './sources/audit.js'
export { deleteSource, markDeleting } from './sources/delete-source.js'
export { findCredential, replaceCredential } from './sources/find-credential.js'
export {
  type ActiveRun,
  findSource,
  findSourceForCheck,
  findSourceId,
  type SourceDetails,
  type SourceForCheck,
  type StreamOverview,
} from './sources/find-source.js'
export { findSourceIds, listFreshness, type SourceFreshness } from './sources/list-freshness.js'
export { listSources, type SourceFilter, type SourceListRequest } from './sources/list-sources.js'
export { type CursorReset, resetCursor } from './sources/reset-cursor.js'
export { listQuarantine, listTicks, listVersions, type QuarantineRow, type TickRow, type VersionRow } from './sources/source-parts.js'
export {
  createSource,
  disarm,
  findConnectorType,
  listSchedulesToArm,
  listWantedSchedules,
  markArmed,
  type NewSource,
  readSourceLags,
  type ScheduleToArm,
  setStatus,
} from './sources/source-repository.js'
export type { SourceOverview } from './sources/source-row.js'
export { type ChangedSource, type SourceChange, updateSource } from './sources/update-source.js'
export { isRetryable, isTimeout, sqlState } from './sql-state.js'
export { type AccountedTicks, accountTicks, type TickOutcome } from './ticks/account-ticks.js'
export { openUpload, type StoredUpload } from './uploads/open-upload.js'
export { type NewUpload, storeUpload, type UploadOverview } from './uploads/store-upload.js'
export { deleteUpload, findUpload, listUploads } from './uploads/upload-repository.js'
