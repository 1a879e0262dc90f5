import type { Connector } from '@inlet/connector-sdk'
import { type DraftView, type FailureView, type SourceDetail, type SourceSummary, toDuration, type VersionView } from '@inlet/contract'
import type { Draft, OpenError, SourceDetails, SourceOverview, StoredVersion, VersionContent } from '@inlet/db'
import { canonicalJson, decideFreshness, diffContent, fillStep, isRare, nextStepOf, type Schedule, type StepSecrets } from '@inlet/domain'
import { findUnknownStreams } from '@inlet/mapping'

const iso = (moment: Date | null): string | null => moment?.toISOString() ?? null

const secondsBetween = (from: Date | null, to: Date): number | null =>
  from === null ? null : Math.max(0, Math.round((to.getTime() - from.getTime()) / 1_000))

/** Returns a source as lists show it. */
export const toSourceSummary = (source: SourceOverview): SourceSummary => {
  const lagSeconds = secondsBetween(source.lastSuccessAt, source.now)
  const { freshWithinSeconds } = source
  return {
    id: source.id,
    slug: source.slug,
    name: source.name,
    connector: source.connector,
    status: source.status,
    state: source.state,
    labels: { ...source.labels },
    schedule: source.schedule,
    version: source.version,
    freshWithin: freshWithinSeconds === null ? null : toDuration(freshWithinSeconds),
    fresh: freshWithinSeconds === null ? null : lagSeconds !== null && lagSeconds <= freshWithinSeconds,
    lastRun: source.lastRunId === null ? null : { id: source.lastRunId, outcome: source.lastOutcome },
    lastSuccessAt: iso(source.lastSuccessAt),
    lagSeconds,
    nextRunAt: iso(source.nextRunAt),
    statusReason: source.statusReason,
    parkedReason: source.parkedReason,
    incidents: [...source.incidents],
    quarantined: source.quarantined,
    createdAt: source.createdAt.toISOString(),
    updatedAt: source.updatedAt.toISOString(),
  }
}

/** Returns a source in full, without its secrets. */
export const toSourceDetail = (source: SourceDetails, findConnector: (type: string) => Connector | undefined): SourceDetail => ({
  ...toSourceSummary(source),
  revision: source.revision,
  config: { ...source.config },
  mapping: toMappingView(source.mapping),
  secrets: toSecretStates(source.secretTimes),
  credential: source.credential,
  hookPath: findConnector(source.connector)?.receive !== undefined ? `/v1/hooks/${source.id}` : null,
  statusMessage: source.statusMessage,
  consecutiveFailures: source.consecutiveFailures,
  restartAt: iso(source.restartAt),
  lastError:
    source.lastError === null
      ? null
      : {
          reason: source.lastError.reason,
          message: source.lastError.message,
          next: fillStep(nextStepOf(source.lastError.reason), source.slug, secretsInSteps(source)),
          at: source.lastError.at.toISOString(),
        },
  openError: source.openError === null ? null : { version: source.openError.version, ...toOpenErrorView(source.openError) },
  hasDraft: source.hasDraft,
  freshness: toFreshness(source),
  lag: toLag(source),
  language: source.language ?? 'auto',
  reindexing: source.reindexing,
  streams: source.streams.map((stream) => ({
    name: stream.name,
    kind: stream.kind,
    liveRecords: stream.liveRecords,
    hasCursor: stream.cursorMovedAt !== null,
    cursorAgeSeconds: secondsBetween(stream.cursorMovedAt, source.now),
  })),
  activeRun:
    source.activeRun === null ? null : { ...source.activeRun, startedAt: iso(source.activeRun.startedAt), wakeAt: iso(source.activeRun.wakeAt) },
})

const toFreshness = (source: SourceDetails): SourceDetail['freshness'] => {
  const { state, staleSince } = decideFreshness(source)
  return { state, staleSince: iso(staleSince) }
}

const toLag = ({ lastSuccessAt, streams, newestRecordAt, now }: SourceDetails): SourceDetail['lag'] => {
  const moved = streams.flatMap(({ cursorMovedAt }) => (cursorMovedAt === null ? [] : [cursorMovedAt.getTime()]))
  return {
    successSeconds: secondsBetween(lastSuccessAt, now),
    cursorSeconds: secondsBetween(moved.length === 0 ? null : new Date(Math.max(...moved)), now),
    recordSeconds: secondsBetween(newestRecordAt, now),
  }
}

/** Returns the secrets that next steps name. */
export const secretsInSteps = ({ secretTimes, credential }: Pick<SourceDetails, 'secretTimes' | 'credential'>): StepSecrets => ({
  names: Object.keys(secretTimes).sort(),
  credential,
})

/** Returns which secrets are set and since when, never their values. */
export const toSecretStates = (times: Readonly<Record<string, Date | string>>): SourceDetail['secrets'] =>
  Object.fromEntries(
    Object.entries(times)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([field, time]) => [field, { set: true as const, updatedAt: new Date(time).toISOString() }]),
  )

/** Casts the mapping of a version: mappings are validated when they are saved. */
export const toMappingView = (mapping: VersionContent['mapping']): SourceDetail['mapping'] => mapping as SourceDetail['mapping']

export const toOpenErrorView = ({ reason, message, at }: OpenError): FailureView & { readonly at: string } => ({
  reason,
  message,
  next: nextStepOf(reason),
  at: at.toISOString(),
})

const toContentView = ({ config, mapping, schedule }: VersionContent): Pick<VersionView, 'config' | 'mapping' | 'schedule'> => ({
  config: { ...config },
  mapping: toMappingView(mapping),
  schedule,
})

export const toVersionView = (version: StoredVersion): VersionView => ({
  number: version.number,
  state: version.state,
  ...toContentView(version),
  restoredFrom: version.restoredFrom,
  createdAt: version.createdAt.toISOString(),
  publishedAt: version.publishedAt?.toISOString() ?? null,
  openedAt: version.openedAt?.toISOString() ?? null,
  openError: version.openError === null ? null : toOpenErrorView(version.openError),
})

export const toDraftView = (draft: Draft, source: SourceDetails): DraftView => ({
  ...toContentView(draft.content),
  revision: draft.revision,
  liveVersion: draft.live.number,
  changes: [...diffContent(draft.live.content, draft.content)],
  warnings: [...warnOfStreams(source, draft.content)],
  createdAt: draft.createdAt.toISOString(),
  updatedAt: draft.updatedAt.toISOString(),
})

/** Warns of what a changed mapping means for records that are already stored. */
export const warnOfRemapping = (
  before: Pick<SourceDetails, 'mapping'>,
  after: Pick<SourceDetails, 'mapping'>,
): readonly { readonly code: string; readonly message: string }[] =>
  canonicalJson(before.mapping) === canonicalJson(after.mapping)
    ? []
    : [
        {
          code: 'MAPPING_CHANGED',
          message: 'the next run reads the streams concerned from the beginning; records that the source no longer returns keep their current form',
        },
      ]

interface Warning {
  readonly code: string
  readonly message: string
}

/**
 * Warns of streams that a mapping names and earlier runs have not found. Silent if the config differs too, since the source may then have other
 * streams: a test or a review finds out by asking the connector. Pure.
 */
export const warnOfStreams = (
  before: Pick<SourceDetails, 'config' | 'streams'>,
  after: Pick<VersionContent, 'config' | 'mapping'>,
): readonly Warning[] =>
  canonicalJson(before.config) === canonicalJson(after.config)
    ? findUnknownStreams(
        after.mapping,
        before.streams.map(({ name }) => name),
      ).map(({ code, message }) => ({ code, message }))
    : []

export const warnOfSchedule = (schedule: Schedule | null): readonly { readonly code: string; readonly message: string }[] =>
  schedule !== null && isRare(schedule, new Date()) ? [{ code: 'RARE', message: 'the schedule leaves more than a year between two runs' }] : []
