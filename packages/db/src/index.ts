export {
  type ApiKeyForLogin,
  type ApiKeyOverview,
  countHoldings,
  findApiKeyForLogin,
  findLiveScopes,
  insertApiKey,
  listApiKeys,
  type NewApiKeyRow,
  recordApiKeyUse,
  revokeApiKey,
} from './api-keys/api-key-repository.js'
export { type AuditListRequest, type AuditView, listAudit } from './audit/list-audit.js'
export { type Actor, writeAudit } from './audit/write-audit.js'
export { type ApplyResult, applyBatch } from './batches/apply-batch.js'
export type { WriteCounts } from './batches/write-records.js'
export { cacheContent, readContent, type StoredContent, tooLarge } from './browse/browsed-content.js'
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
  type BulkItemResult,
  type BulkOperation,
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
  takeBulkItems,
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
export { type ChangePosition, comparePlaces } from './changes/change-position.js'
export { type Change, type ChangeFilter, type ChangePage, type ChangeRequest, readChanges, startOfChanges } from './changes/read-changes.js'
export { readNewestChange } from './changes/read-head.js'
export { type ChoreClaim, claimChore, leaveChore } from './cleanup/chores.js'
export { removeOrphans } from './cleanup/orphans.js'
export { type CredentialPlace, findCredential, findCredentialById, listLiveConfigs, type StoredCredential } from './credentials/find-credential.js'
export { claimRenewal, findToken, type Renewal, releaseRenewal, type StoredToken, storeRenewal } from './credentials/renewal.js'
export { listUnreadableSources, repairReadable, type UnreadableSource } from './credentials/repair-sources.js'
export {
  allowTargets,
  type CredentialChange,
  type CredentialUser,
  createSharedCredential,
  deleteSharedCredential,
  findSharedCredential,
  listCredentialUsers,
  listSharedCredentials,
  type NewSharedCredential,
  type SharedCredential,
  updateSharedCredential,
} from './credentials/shared-credentials.js'
export { createDatabase, type Database, type DatabaseOptions } from './database.js'
export { toDatabaseFailure } from './database-failure.js'
export { countTokens, pauseGeneration, reserveTokens, resumeGeneration } from './embeddings/budget.js'
export { type Coverage, readCoverage } from './embeddings/coverage.js'
export { type EmbeddableParts, readEmbeddable } from './embeddings/embeddable.js'
export {
  activateGeneration,
  createGeneration,
  deleteGeneration,
  findActiveGeneration,
  findGeneration,
  finishDroppedGenerations,
  type Generation,
  type GenerationChange,
  listGenerations,
  type NewGeneration,
  rollBackGeneration,
  updateGeneration,
} from './embeddings/generations.js'
export { type KeepOptions, keepVectorIndexes } from './embeddings/keep-vector-indexes.js'
export {
  finishRecord,
  holdRecords,
  type RecordKey,
  releaseRecords,
  type TakenRecord,
  type Taker,
  takeRecords,
  walkRecords,
} from './embeddings/pending.js'
export { listVectorIndexes, readVectorExtension, type VectorIndex } from './embeddings/vector-index.js'
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
export { type EventListRequest, findLastEventId, listEvents, listNewEvents, type StoredEvent } from './events/list-events.js'
export { writeEvent } from './events/write-event.js'
export { type AddedEvent, addEvents, type NewEvent } from './hooks/add-events.js'
export { findHook, type Hook } from './hooks/find-hook.js'
export { createStoredInbox, type StoredInbox } from './hooks/inbox.js'
export { findInboxEvent, type InboxEventDetails, type InboxListRequest, type InboxRow, listInbox } from './hooks/list-inbox.js'
export { type Replay, replayEvents } from './hooks/replay-events.js'
export {
  claimIdempotencyKey,
  dropIdempotencyKey,
  type IdempotencyClaim,
  type StoredAnswer,
  storeIdempotentAnswer,
} from './idempotency/idempotency-repository.js'
export { type ActionRequest, type ActionResult, actOnSource } from './lifecycle/act-on-source.js'
export { isLimited, type LimitReport, reportAnswer } from './limits/report-answer.js'
export { FAILURES_TO_OPEN, type Reservation, reserveSlots, type SlotRequest } from './limits/reserve-slots.js'
export {
  alignMappings,
  finishReread,
  type MappingPlace,
  type PreparedStreams,
  prepareStreams,
  type StreamMappingState,
} from './mapping/align-mappings.js'
export { reportUnknownStreams, type UnknownStreams } from './mapping/report-unknown-streams.js'
export { appliedMigrations, migrate } from './migrate/migrate.js'
export { readMigrationFiles } from './migrate/migration-files.js'
export { untilAnswered, untilSchemaReady } from './migrate/schema-ready.js'
export {
  addTestDelivery,
  claimDeliveries,
  DELIVERY_STATUSES,
  type DeliveryResult,
  type DeliveryRow,
  type DueDelivery,
  listDeliveries,
  recordDelivery,
  toMessageId,
} from './notifications/deliveries.js'
export { countOpenIncidents, type IncidentListRequest, type IncidentRow, listIncidents } from './notifications/list-incidents.js'
export { hasNews, type MessageWriter, type News, reportIncidents } from './notifications/report-incidents.js'
export {
  createTarget,
  deleteTarget,
  findTarget,
  listPlainTargets,
  listTargets,
  type MailSettings,
  type NewTarget,
  type NotificationTarget,
  type PlainTarget,
  sealTargetUrl,
  type TargetChange,
  updateTarget,
} from './notifications/targets.js'
export { type ActivityBucket, type Backlog, getBacklog, listActivity } from './overview/list-activity.js'
export { listQuarantineGroups, type QuarantineGroup } from './overview/list-quarantine-groups.js'
export { listSourceActivity, type SourceActivityBucket } from './overview/list-source-activity.js'
export { listSourceLines, type SourceLineRow } from './overview/list-source-lines.js'
export { dropQuarantine, dropQuarantined } from './quarantine/drop-quarantined.js'
export { findQuarantined, listQuarantine, type QuarantineDetails, type QuarantineListRequest } from './quarantine/list-quarantine.js'
export { countRetries, listRetries, listStreamNames, type Retry } from './quarantine/list-retries.js'
export type { QuarantineRow } from './quarantine/quarantine-row.js'
export { createRetryRuns, type QuarantineChoice, type RetryStart, retryQuarantine, retryQuarantined } from './quarantine/retry-quarantined.js'
export { claimRechecks, type DueRecheck } from './rechecks/claim-rechecks.js'
export { type RecheckResult, recordRecheck } from './rechecks/record-recheck.js'
export { confirmQueued } from './reconcile/confirm-queued.js'
export { type MarkedStaleness, markStaleness } from './reconcile/mark-staleness.js'
export {
  ALL_REPAIRS,
  createDueRestart,
  createDueRestarts,
  findRepairs,
  listDueRestarts,
  listOverdueSources,
  listRunsToEnqueue,
  listSourcesToDelete,
  type Repairs,
  type RunToEnqueue,
  readClockSkewSeconds,
} from './reconcile/reconcile-queries.js'
export { applyRetention, DEFAULT_RETENTION, type Retention, retentionWithin } from './reconcile/retention.js'
export { MAX_RANKED } from './records/collect-hits.js'
export { countListFacets, type Facet, isFacet, MAX_COUNTED } from './records/count-facets.js'
export { type FetchedRecord, type RecordFields, USUAL_FIELDS } from './records/fetch-records.js'
export { findRecord, type StoredRecordDetails } from './records/find-record.js'
export { type FoundHit, MAX_SIMILAR, type MeaningSearch, type SearchMode } from './records/fuse-hits.js'
export { createStoredRecords, NO_STORED_RECORDS, type StoredRecords } from './records/known-records.js'
export { type ChunkRequest, listChunks } from './records/list-chunks.js'
export { listRecords, type RecordListRequest, type RecordRows } from './records/list-records.js'
export { toChangeJson, toListedJson, toRecordView, toShownParts, withRawMember } from './records/record-json.js'
export type { RecordFilter, StoredRecord } from './records/record-row.js'
export {
  type CitedChunk,
  type RankedRecord,
  type RecordSearch,
  type SearchPosition,
  type SearchRows,
  searchRecords,
  shortName,
} from './records/search-records.js'
export { runScript } from './run-script.js'
export type { RunAttempt } from './runs/attempts.js'
export { createContinuousRuns, createPushRuns } from './runs/create-due-runs.js'
export { type BackfillPlan, createRun, type NewRun } from './runs/create-run.js'
export { type EndedRun, finishLeasedRun, finishRun, type RunEnd, type RunFailure } from './runs/end-run.js'
export { isPassing } from './runs/fail-to-begin.js'
export {
  type CommitState,
  ensureStreams,
  type Heartbeat,
  type HeartbeatAnswer,
  heartbeat,
  readCommitStates,
  readStoredSeqs,
} from './runs/heartbeat.js'
export { type KnownStream, type LeasedRun, type LeaseResult, takeLease } from './runs/lease.js'
export { findRun, listEndedRuns, listRuns, type RunDetail, type RunListRequest, type RunOverview } from './runs/list-runs.js'
export { type JobNames, nameJobs } from './runs/name-jobs.js'
export { type Cancellation, cancelRun, parkRun, releaseRun } from './runs/release-run.js'
export { addLogLines, listLogLines, type NewLogLine, RUN_LOG_LEVELS, type RunLogLevel, type StoredLogLine } from './runs/run-logs.js'
export { type IndexOptions, indexPending } from './search/index-pending.js'
export { findLastPending, hasPendingIndex, type IndexState, isIndexedUpTo, readIndexState } from './search/index-state.js'
export { mergeSegments } from './search/merge-segments.js'
export { retryGivenUp } from './search/take-portion.js'
export { createSession, deleteSession, findSession, type NewSession, type SessionForLogin, takeSessionLink } from './sessions/session-repository.js'
export { claimSetting, findSetting } from './settings/setting-repository.js'
export { type ClaimedSink, claimSinks, findSinkToSend, leaveSink, recordSinkFailure, saveSinkPosition } from './sinks/claim-sinks.js'
export { createSink, deleteSink, findSink, listSinks, readSinkLag, readSinkLags, type Sink, type SinkLag, updateSink } from './sinks/sinks.js'
export { createSource, type NewSource } from './sources/create-source.js'
export { type DefinitionRequest, findNameHolders, listDefinitions, type StoredDefinition } from './sources/definitions.js'
export { type DeletionOptions, deleteSource, markDeleting } from './sources/delete-source.js'
export {
  type ActiveRun,
  findKnownSources,
  findSource,
  findSourceForCheck,
  findSourceId,
  listSlugsNear,
  type SourceDetails,
  type SourceForCheck,
  type StreamOverview,
} from './sources/find-source.js'
export { countWantedSchedules, forgetSynced, listSchedulersToSync, listWantedSchedules, type SchedulerToSync } from './sources/job-schedulers.js'
export { findSourceIds, listFreshness, type SourceFreshness } from './sources/list-freshness.js'
export { listSources, type SourceFilter, type SourceListRequest } from './sources/list-sources.js'
export { listTicks, type TickRow } from './sources/list-ticks.js'
export { type CursorReset, resetCursor } from './sources/reset-cursor.js'
export type { SourceOverview } from './sources/source-row.js'
export { readSourceStandings } from './sources/source-standings.js'
export { type ChangedSource, type SourceChange, updateSource } from './sources/update-source.js'
export { isMissingReference, isRetryable, isTimeout, sqlState } from './sql-state.js'
export { type AccountedTicks, accountTicks, type TickOutcome } from './ticks/account-ticks.js'
export { openUpload, type StoredUpload } from './uploads/open-upload.js'
export { removeAbandonedUploads } from './uploads/receive-content.js'
export { type NewUpload, replaceUpload, storeUpload, type UploadReplacement } from './uploads/store-upload.js'
export { deleteUpload, findUpload, findUploadOwner, listUploads, type UploadOverview } from './uploads/upload-repository.js'
export { type Draft, type DraftToSave, deleteDraft, findDraft, saveDraft } from './versions/draft.js'
export { getContent, getVersion, listVersions, type OpenError, type StoredVersion } from './versions/find-version.js'
export { type ListenOptions, listenToSources } from './versions/listen-to-sources.js'
export { findLiveConnections, findVersionToLoad, type LiveConnection, type VersionToLoad } from './versions/live-connections.js'
export { deleteExample, listExamples, type StoredExample, saveExample } from './versions/mapping-examples.js'
export { type DraftToPublish, type PublishedVersion, publishDraft, type Rollback, rollBack } from './versions/publish-version.js'
export { listSamples, MAX_SAMPLE_LENGTH, type RawSample, STORED_SAMPLES, saveSamples } from './versions/raw-samples.js'
export { type OpenFailure, recordOpened, recordOpenFailure } from './versions/record-open.js'
export { sameContent, type VersionContent } from './versions/version-content.js'
export { readDatabaseProblem } from './why/database-problem.js'
export { gatherWhyFacts, type StoredWhyFacts } from './why/gather-why-facts.js'
export { type Heartbeats, startHeartbeats, toTrouble } from './workers/start-heartbeats.js'
export {
  ALIVE_SECONDS,
  forgetDead,
  isConnectorOffered,
  listWorkers,
  markGone,
  recordHeartbeat,
  type WorkerHeartbeat,
  type WorkerOverview,
} from './workers/worker-repository.js'
