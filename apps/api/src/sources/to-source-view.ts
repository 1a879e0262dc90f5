import { type SourceDetail, type SourceSummary, toDuration } from '@inlet/contract'
import type { SourceDetails, SourceOverview } from '@inlet/db'
import { isReason, REASONS } from '@inlet/domain'

const iso = (moment: Date | null): string | null => moment?.toISOString() ?? null

const secondsBetween = (from: Date | null, to: Date): number | null =>
  from === null ? null : Math.max(0, Math.round((to.getTime() - from.getTime()) / 1_000))

/** A source as lists show it. */
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
    createdAt: source.createdAt.toISOString(),
    updatedAt: source.updatedAt.toISOString(),
  }
}

const nextStep = (reason: string): string => (isReason(reason) ? REASONS[reason].next : REASONS.INTERNAL.next)

/** A source in full, without its secrets. */
export const toSourceDetail = (source: SourceDetails): SourceDetail => ({
  ...toSourceSummary(source),
  revision: source.revision,
  config: { ...source.config },
  secrets: Object.fromEntries(
    source.secretFields.map((field) => [field, { set: true as const, updatedAt: (source.secretsUpdatedAt ?? source.updatedAt).toISOString() }]),
  ),
  statusReason: source.statusReason,
  statusMessage: source.statusMessage,
  consecutiveFailures: source.consecutiveFailures,
  restartAt: iso(source.restartAt),
  lastError:
    source.lastError === null
      ? null
      : {
          reason: source.lastError.reason,
          message: source.lastError.message,
          next: nextStep(source.lastError.reason),
          at: source.lastError.at.toISOString(),
        },
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
