export { hasScope, isCaller, isScope, keyActor, keyIdOf, ownerOf, SCOPES, type Scope, tokenActor, tokenOwner, tokenScopes } from './access/access.js'
export {
  type BatchEffects,
  type BatchEnvelope,
  type BatchJob,
  batchHash,
  batchJob,
  batchName,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  MAX_CURSOR_BYTES,
  MAX_RECORD_BYTES,
  type PackedRecord,
} from './batches/batch.js'
export { CALL_KINDS, type CallKind } from './calls/call-kinds.js'
export { diskFull, Failure, type FailureOptions, isDiskFull, toFailure } from './errors/failure.js'
export { FAILURE_CODES, type FailureCode, type WhoActs } from './errors/failure-codes.js'
export { fillStep, nextStepOf, STEP_OF_WRONG_CLOCK, type StepSecrets, stepOfStopped, whoActs } from './errors/next-step.js'
export { isApiReason, isReason, REASONS, type Reason } from './errors/reasons.js'
export { canonicalJson, hasUnstorableText, toStorableText } from './identity/canonical-json.js'
export { findUuid, isUuid, keyHash, keyText, sha256Hex } from './identity/identity.js'
export { type HoldRules, holdUntil, type QuietHours } from './incidents/hold-messages.js'
export {
  decideNotice,
  describeShare,
  exceedsShare,
  FAILURES_FOR_INCIDENT,
  INCIDENT_ENDS,
  INCIDENT_KINDS,
  type IncidentEnd,
  type IncidentKind,
  type IncidentNews,
  isWanted,
  LEAST_QUARANTINED,
  MAX_MESSAGES_A_MINUTE,
  MAX_TRIES,
  NOTIFIED_EVENTS,
  type NotifiedEvent,
  nextTryMs,
  type QuarantineFacts,
  type TargetFilter,
} from './incidents/incident.js'
export { TARGET_KINDS, TARGET_RULES, type TargetKind } from './incidents/target-kind.js'
export {
  QUARANTINE_STATES,
  type QuarantineState,
  RESOLUTIONS,
  RETRY_OUTCOMES,
  type Resolution,
  type RetryOutcome,
  whyNotRetryable,
} from './records/quarantine-state.js'
export {
  JsonNumber,
  type JsonObject,
  type JsonValue,
  RECORD_KINDS,
  type RecordKey,
  type RecordKind,
  type RejectedRecord,
  type SourceRecord,
} from './records/record.js'
export { fullJitter, restartDelayMs } from './retry/backoff.js'
export {
  addCaveats,
  CAVEATS,
  type Caveat,
  type CaveatCount,
  type CaveatKind,
  type CaveatTally,
  caveatKinds,
  caveatStep,
  describeCaveat,
  type RunWarning,
  toCaveats,
  warningsOf,
} from './runs/caveats.js'
export {
  classifyDeath,
  DEATHS_TO_ISOLATE,
  type DeathVerdict,
  isolationMs,
  type LostRun,
  MAX_PROCESS_DEATHS,
  probeDelayMs,
} from './runs/process-deaths.js'
export {
  decideOutcome,
  massDeleteLimit,
  quarantineBudget,
  RUN_OUTCOMES,
  RUN_STATUSES,
  RUN_TRIGGERS,
  type RunFacts,
  type RunOutcome,
  type RunStatus,
  type RunTrigger,
} from './runs/run.js'
export { isRare, nextTick, parseSchedule, type Schedule, ticksBetween } from './schedule/schedule.js'
export {
  isLanguage,
  LANGUAGES,
  type Language,
  SOURCE_LANGUAGES,
  type SourceLanguage,
  STEMMED_LANGUAGES,
  type StemmedLanguage,
  toLanguage,
} from './search/language.js'
export { explainSink, retryAsAsked, SINK_KINDS, SINK_STATUSES, type SinkKind, type SinkStatus, sinkRetryMs, stepOfRefusedTest } from './sinks/sink.js'
export { decideFreshness, FRESHNESS_STATES, type Freshness, type FreshnessFacts } from './sources/freshness.js'
export {
  type ActionDecision,
  decideAction,
  type RunInHand,
  SOURCE_ACTIONS,
  SOURCE_OBSERVATIONS,
  type SourceAction,
  type SourceObservation,
  STATE_TRANSITIONS,
} from './sources/lifecycle.js'
export { isRechecked, RECHECKED_REASONS, recheckDelayMs } from './sources/recheck.js'
export {
  findForeignTarget,
  parseSecretTarget,
  requireSecretTargets,
  type SecretTarget,
  secretTargetsOf,
  type TargetedConnector,
} from './sources/secret-targets.js'
export { findInvisible, nameKey, parseSourceName, slugify } from './sources/source-name.js'
export {
  allowsRuns,
  SOURCE_STATES,
  SOURCE_STATUSES,
  type SourceFacts,
  type SourceState,
  type SourceStatus,
  toSourceState,
} from './sources/source-state.js'
export { hideUrl, isUrl, maskUrl, showUrl } from './text/url.js'
export { moment } from './time/moment.js'
export { findBroken, type MappingExample } from './versions/check-example.js'
export {
  compareMapped,
  type MappedRaw,
  type MappedSample,
  plainRecord,
  plainValue,
  RECORD_CHANGES,
  type RecordChange,
  type SampleComparison,
} from './versions/compare-mapped.js'
export { diffContent, type FieldChange } from './versions/diff-content.js'
export { blameForOpening } from './versions/open-failure.js'
export type { Blocker } from './why/blocker.js'
export { explainWhy, type WhyAnswer } from './why/explain-why.js'
export { stepOfRefusedQueue } from './why/fault-of.js'
export { REMARK_CODES } from './why/remarks.js'
export type { ActiveRunFacts, EndedRunFacts, ProcessFacts, RecheckFacts, WhyFacts } from './why/why-facts.js'
export { WHY_RULES } from './why/why-rules.js'
