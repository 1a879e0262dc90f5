export {
  findApiKeyForLogin,
  findLiveScopes,
  insertApiKey,
  listApiKeys,
  recordApiKeyUse,
  revokeApiKey,
} from './api-keys/api-key-repository.js'
export { listAudit, nameActors } from './audit/list-audit.js'
export { type Actor, writeAudit } from './audit/write-audit.js'
export { type ApplyResult, applyBatch } from './batches/apply-batch.js'
export type { WriteCounts } from './batches/write-records.js'
export { cacheContent, readContent, tooLarge } from './browse/browsed-content.js'
export {
  type BrowsedItem,
  type BrowseQuestion,
  type BrowseTarget,
  cacheBrowsed,
  findBrowsed,
  findBrowseTarget,
  forgetBrowsed,
} from './browse/browsed-items.js'
export {
  type BulkAction,
  type BulkItem,
  type BulkOperation,
  claimBulkItems,
  claimBulkOperation,
  createBulkOperation,
  endBulkOperation,
  findBulkOperation,
  type HeldBulkOperation,
  holdBulkOperation,
  isBulkOperationOver,
  type LabelChange,
  listBulkItems,
  listBulkOperations,
  recordBulkItem,
  releaseBulkOperation,
  stopBulkOperation,
} from './bulk/bulk-operations.js'
export {
  answerCall,
  type Call,
  type CallResult,
  findAnswer,
  findWaitingCall,
  forgetExpiredCalls,
  insertCall,
  type NewCall,
} from './calls/call-repository.js'
export {
  type Change,
  type ChangePage,
  type ChangePosition,
  type ChangeRequest,
  comparePlaces,
  readChanges,
  startOfChanges,
} from './changes/read-changes.js'
export { readNewestChange } from './changes/read-head.js'
export { claimChore, releaseChore } from './cleanup/chores.js'
export { removeOrphans } from './cleanup/orphans.js'
export { claimRenewal, findToken, releaseRenewal, type StoredToken, storeRenewal } from './credentials/renewal.js'
export {
  allowTargets,
  type CredentialUser,
  createSharedCredential,
  deleteSharedCredential,
  findSharedCredential,
  listCredentialUsers,
  listSharedCredentials,
  type SharedCredential,
  updateSharedCredential,
} from './credentials/shared-credentials.js'
export {
  findCredential,
  findCredentialById,
  listLiveConfigs,
  listUnreadableSources,
  repairReadable,
  type StoredCredential,
  type UnreadableSource,
} from './credentials/stored-credential.js'
export { createDatabase, type Database } from './database.js'
export { toDatabaseFailure } from './database-failure.js'
export { countTokens, pauseGeneration, reserveTokens, resumeGeneration } from './embeddings/budget.js'
export { type Coverage, readCoverage } from './embeddings/coverage.js'
export { readEmbeddable } from './embeddings/embeddable.js'
export {
  activateGeneration,
  createGeneration,
  deleteGeneration,
  findActiveGeneration,
  findGeneration,
  finishDroppedGenerations,
  type Generation,
  listGenerations,
  type NewGeneration,
  rollBackGeneration,
  updateGeneration,
} from './embeddings/generations.js'
export { keepVectorIndexes } from './embeddings/keep-vector-indexes.js'
export {
  type Claimant,
  type ClaimedRecord,
  claimRecords,
  finishRecord,
  holdRecords,
  type RecordKey,
  releaseRecords,
  walkRecords,
} from './embeddings/pending.js'
export { listVectorIndexes, readVectorExtension } from './embeddings/vector-index.js'
export { findVectors, type PartText, type StoredVector, toStoredVector, writeVectors } from './embeddings/vectors.js'
export { beginRotation, findRotation, type Rotation, recordRotation, replaceSetting } from './encryption/rotation.js'
export {
  countApiKeys,
  countSealed,
  listSealedByOthers,
  replaceSealed,
  SEALED_PLACES,
  type SealedPlace,
  type SealedText,
} from './encryption/sealed-texts.js'
export { findLastEventId, listEvents, listNewEvents, type StoredEvent } from './events/list-events.js'
export { writeEvent } from './events/write-event.js'
export { type AddedEvent, addEvents, type NewEvent } from './hooks/add-events.js'
export { findHook, type Hook } from './hooks/find-hook.js'
export { createStoredInbox } from './hooks/inbox.js'
export { findInboxEvent, listInbox } from './hooks/list-inbox.js'
export { replayEvents } from './hooks/replay-events.js'
export { claimIdempotencyKey, dropIdempotencyKey, storeIdempotentResponse } from './idempotency/idempotency-repository.js'
export { type ActionRequest, type ActionResult, actOnSource } from './lifecycle/act-on-source.js'
export { countHoldings, type Held, type Holding, type Room } from './limits/holdings.js'
export { isLimited, reportResponse } from './limits/report-response.js'
export { type Reservation, reserveSlots } from './limits/reserve-slots.js'
export { finishReread, prepareStreams, reportUnknownStreams } from './mapping/align-mappings.js'
export { appliedMigrations, migrate, readMigrationFiles } from './migrate/migrate.js'
export { untilAnswered, untilSchemaReady } from './migrate/schema-ready.js'
export {
  addTestDelivery,
  claimDeliveries,
  type DeliveryResult,
  type DeliveryRow,
  type DueDelivery,
  listDeliveries,
  recordDelivery,
  toMessageId,
} from './notifications/deliveries.js'
export { listIncidentGroups } from './notifications/list-incident-groups.js'
export { countOpenIncidents, listIncidents } from './notifications/list-incidents.js'
export { hasNews, type MessageWriter, type News, reportIncidents } from './notifications/report-incidents.js'
export {
  createTarget,
  deleteTarget,
  findTarget,
  listPlainTargets,
  listTargets,
  type MailSettings,
  type NotificationTarget,
  sealTargetUrl,
  updateTarget,
} from './notifications/targets.js'
export { type ActivityBucket, type Backlog, getBacklog, listActivity } from './overview/list-activity.js'
export { listQuarantineGroups, type QuarantineGroup } from './overview/list-quarantine-groups.js'
export { listSourceActivity, type SourceActivityBucket } from './overview/list-source-activity.js'
export { listSourceLines, type SourceLineRow } from './overview/list-source-lines.js'
export { dropQuarantine, dropQuarantined } from './quarantine/drop-quarantined.js'
export { findQuarantined, listQuarantine } from './quarantine/list-quarantine.js'
export { countRetries, listRetries, listStreamNames, type Retry } from './quarantine/list-retries.js'
export type { QuarantineRow } from './quarantine/quarantine-row.js'
export { createRetryRuns, type QuarantineChoice, type RetryStart, retryQuarantine, retryQuarantined } from './quarantine/retry-quarantined.js'
export { claimRechecks } from './rechecks/claim-rechecks.js'
export { recordRecheck } from './rechecks/record-recheck.js'
export { markStaleness } from './reconcile/mark-staleness.js'
export {
  ALL_REPAIRS,
  confirmQueued,
  createDueRestart,
  createDueRestarts,
  findRepairs,
  listDueRestarts,
  listOverdueSources,
  listRunsToEnqueue,
  listSourcesToDelete,
  type Repairs,
  readClockSkewSeconds,
} from './reconcile/reconcile-queries.js'
export { applyRetention, DEFAULT_RETENTION, type Retention, retentionWithin } from './reconcile/retention.js'
export { countListFacets, type Facet, isFacet } from './records/count-facets.js'
export { type RecordFields, USUAL_FIELDS } from './records/fetch-records.js'
export { type MeaningSearch } from './records/fuse-hits.js'
export { createStoredRecords, NO_STORED_RECORDS } from './records/known-records.js'
export { listChunks } from './records/list-chunks.js'
export { findRecord, listRecords, type StoredRecordDetails } from './records/list-records.js'
export { toChangeJson, toListedJson, toRecordView, toShownParts, withRawMember } from './records/record-json.js'
export type { RecordFilter, StoredRecord } from './records/record-row.js'
export { type RankedRecord, type SearchPosition, searchRecords, shortName } from './records/search-records.js'
export { runScript } from './run-script.js'
export type { RunAttempt } from './runs/attempts.js'
export { createContinuousRuns, createPushRuns } from './runs/create-due-runs.js'
export { type BackfillPlan, createRun } from './runs/create-run.js'
export { type EndedRun, finishLeasedRun, finishRun, type RunEnd, type RunFailure } from './runs/end-run.js'
export { isPassing } from './runs/fail-to-begin.js'
export { type CommitState, ensureStreams, type HeartbeatResult, heartbeat, readCommitStates, readStoredSeqs } from './runs/heartbeat.js'
export { acquireLease, type LeasedRun } from './runs/lease.js'
export { findRun, listEndedRuns, listRuns, type RunDetail, type RunOverview } from './runs/list-runs.js'
export { type JobNames, nameJobs } from './runs/name-jobs.js'
export { type Cancellation, cancelRun, parkRun, releaseRun } from './runs/release-run.js'
export { addLogLines, listLogLines, type NewLogLine, type RunLogLevel } from './runs/run-logs.js'
export { retryGivenUp } from './search/claim-portion.js'
export { indexPending } from './search/index-pending.js'
export { findLastPending, hasPendingIndex, type IndexState, isIndexedUpTo, readIndexState } from './search/index-state.js'
export { mergeSegments } from './search/merge-segments.js'
export { createSession, deleteSession, findSession, redeemSessionLink } from './sessions/session-repository.js'
export { claimSetting, findSetting } from './settings/setting-repository.js'
export { type ClaimedSink, claimSinks, findSinkToSend, recordSinkFailure, releaseSink, saveSinkPosition } from './sinks/claim-sinks.js'
export { createSink, deleteSink, findSink, listSinks, readSinkLag, readSinkLags, type Sink, updateSink } from './sinks/sinks.js'
export { createSource, type NewSource } from './sources/create-source.js'
export { findNameHolders, listDefinitions, type StoredDefinition } from './sources/definitions.js'
export { deleteSource, markDeleting } from './sources/delete-source.js'
export {
  type ActiveRun,
  findKnownSources,
  findSource,
  findSourceForCheck,
  findSourceId,
  listSlugsNear,
  type SourceDetails,
} from './sources/find-source.js'
export { countWantedSchedules, forgetSynced, listSchedulersToSync, listWantedSchedules } from './sources/job-schedulers.js'
export { findSourceIds, listFreshness, type SourceFreshness } from './sources/list-freshness.js'
export { listSources, type SourceFilter } from './sources/list-sources.js'
export { type CursorReset, resetCursor } from './sources/reset-cursor.js'
export type { SourceOverview } from './sources/source-row.js'
export { readSourceStandings } from './sources/source-standings.js'
export { updateSource } from './sources/update-source.js'
export { isMissingReference, isRetryable, isTimeout, sqlState } from './sql-state.js'
export { type AccountedTicks, accountTicks, accountTicksTogether, listTicks } from './ticks/account-ticks.js'
export { openUpload } from './uploads/open-upload.js'
export { removeAbandonedUploads } from './uploads/receive-content.js'
export { replaceUpload, storeUpload } from './uploads/store-upload.js'
export { deleteUpload, findUpload, findUploadOwner, listUploads, type UploadOverview } from './uploads/upload-repository.js'
export { type Draft, deleteDraft, findDraft, saveDraft } from './versions/draft.js'
export { getContent, getVersion, listVersions, type OpenError, type StoredVersion } from './versions/find-version.js'
export { listenToSources } from './versions/listen-to-sources.js'
export { findLiveConnections, findVersionToLoad, type LiveConnection } from './versions/live-connections.js'
export { deleteExample, listExamples, type StoredExample, saveExample } from './versions/mapping-examples.js'
export { type PublishedVersion, publishDraft, rollBack } from './versions/publish-version.js'
export { listSamples, MAX_SAMPLE_LENGTH, type RawSample, STORED_SAMPLES, saveSamples } from './versions/raw-samples.js'
export { recordOpened, recordOpenFailure } from './versions/record-open.js'
export { type VersionContent } from './versions/version-rows.js'
export { readDatabaseProblem } from './why/database-problem.js'
export { gatherWhyFacts, type StoredWhyFacts } from './why/gather-why-facts.js'
export { type Heartbeats, startHeartbeats, toTrouble } from './workers/start-heartbeats.js'
export {
  forgetDead,
  isConnectorOffered,
  listWorkers,
  markGone,
  recordHeartbeat,
  type WorkerHeartbeat,
  type WorkerOverview,
} from './workers/worker-repository.js'
