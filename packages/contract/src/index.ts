export type { AuditEntryView } from './audit.js'
export { type BrowsePage, browsePage, type ItemMetadata, itemMetadata } from './browse.js'
export type { BulkAction, BulkItemView, BulkOperationView, NewBulkOperationView } from './bulk.js'
export { CALLS, type CallAnswer, type CallParams, type CallParamsInput } from './calls.js'
export type { ChangePageView, ChangeView, ListChangesQuery } from './changes.js'
export type { ConnectorSummary, ConnectorView, ProposalView } from './connectors.js'
export type { CredentialDetailView, CredentialView } from './credentials.js'
export { describeIssue } from './describe-issue.js'
export type { EncryptionView } from './encryption.js'
export type { Endpoint, EndpointResponse } from './endpoint.js'
export { type EndpointId, type Endpoints, endpoints } from './endpoints.js'
export { EVENT_LEVELS, type EventPage, type EventView } from './events.js'
export type { GenerationView } from './generations.js'
export type { HookReplay, PushedEventDetailView, PushedEventPage, PushedEventView } from './hooks.js'
export type { ApiKeyView, CreateKeyBody, NewApiKeyView } from './keys.js'
export type { DeliveryView, IncidentView, NotificationTargetView } from './notifications.js'
export { type RequestExample, SOURCE_EXAMPLES } from './openapi/source-examples.js'
export type {
  ActivityView,
  IncidentGroup,
  IncidentGroups,
  NextMoments,
  QuarantineGroups,
  SourceActivityView,
  SourceLine,
  SourceLines,
} from './overview.js'
export { durationSeconds, MAX_PAGE, toDuration } from './primitives.js'
export { type FailureView, type FieldProblem, type Problem, problem } from './problem.js'
export { type DropResultView, editedRecord, type QuarantinedDetailView, type QuarantinedView, type RetryStartView } from './quarantine.js'
export type { FreshnessView, ListRecordsQuery, RecordChunksView, RecordDetail, RecordHit, RecordPage, RecordSummary } from './records.js'
export {
  type DefinitionChange,
  MAX_PLANNED,
  type Plan,
  type PlannedSource,
  type RegistryEntry,
  type RegistryPage,
  type SourceDefinition,
  type SourceDefinitionInput,
  sourceDefinition,
} from './registry/endpoints.js'
export type { ListRunsQuery, RunDetailView, RunLogLine, RunPage, RunView } from './runs.js'
export type { SessionLinkView, SessionView } from './session.js'
export type { SinkTestView, SinkView } from './sinks.js'
export { type DraftReview, draftReview, type ExampleView } from './sources/draft-review.js'
export type { SavedSource, SourceDetail, SourcePage, SourceSummary } from './sources/source.js'
export {
  type CheckResult,
  type PreviewResult,
  type TickView,
} from './sources/source-parts.js'
export {
  type CreateSourceBody,
  type ListSourcesQuery,
  type NewSourceRequest,
  SOURCE_SORTS,
  type SourceChangeRequest,
  type UpdateSourceBody,
} from './sources/source-requests.js'
export { type TestResult, testResult } from './sources/test-source.js'
export type { DraftView, VersionView } from './sources/versions.js'
export { statusOf } from './status-of.js'
export { fileName, type UploadPage, type UploadView } from './uploads.js'
export type { WhyView } from './why.js'
export type { WorkerView } from './workers.js'
