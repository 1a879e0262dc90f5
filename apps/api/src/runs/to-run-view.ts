import type { RunDetailView, RunView } from '@inlet/contract'
import type { RunAttempt, RunDetail, RunOverview } from '@inlet/db'
import { type CaveatTally, caveatKinds, caveatStep, describeCaveat, fillStep } from '@inlet/domain'

const iso = (moment: Date | null): string | null => moment?.toISOString() ?? null

export const toRunView = (run: RunOverview): RunView => ({
  id: run.id,
  sourceId: run.sourceId,
  source: { slug: run.slug, name: run.sourceName },
  version: run.version,
  trigger: run.trigger,
  status: run.status,
  outcome: run.outcome,
  attempt: run.attempt,
  scheduledFor: iso(run.scheduledFor),
  createdAt: run.createdAt.toISOString(),
  startedAt: iso(run.startedAt),
  finishedAt: iso(run.finishedAt),
  wakeAt: iso(run.wakeAt),
  parkedReason: run.parkedReason,
  cancelRequested: run.cancelRequestedAt !== null,
  counts: {
    read: Number(run.recordsRead),
    inserted: Number(run.inserted),
    updated: Number(run.updated),
    unchanged: Number(run.unchanged),
    deleted: Number(run.deleted),
    quarantined: Number(run.quarantined),
  },
  batches: { forwarded: run.forwardedBatches, committed: run.committedBatches, fenced: run.fencedBatches, duplicate: run.duplicateBatches },
  bytes: { forwarded: Number(run.forwardedBytes), committed: Number(run.committedBytes) },
  backfill: run.backfill === null ? null : { ...run.backfill },
  progress: { ...run.progress },
  caveats: toCaveats(run.slug, run.progress['caveats'] as CaveatTally | undefined),
  warnings: [...((run.progress['warnings'] as RunView['warnings'] | undefined) ?? [])],
  error:
    run.errorReason === null ? null : { reason: run.errorReason, message: run.errorMessage ?? '', next: fillStep(run.errorNext ?? '', run.slug) },
})

export const toRunDetailView = (run: RunDetail): RunDetailView => ({ ...toRunView(run), attempts: run.attempts.map(toAttemptView) })

const moment = (text: string | undefined): string | null => (text === undefined ? null : new Date(text).toISOString())

const toAttemptView = (attempt: RunAttempt): RunDetailView['attempts'][number] => ({
  number: attempt.number,
  worker: attempt.worker,
  startedAt: new Date(attempt.startedAt).toISOString(),
  endedAt: moment(attempt.endedAt),
  left: attempt.left ?? null,
  reason: attempt.reason ?? null,
  message: attempt.message ?? null,
  wakeAt: moment(attempt.wakeAt),
})

const toCaveats = (slug: string, tally: CaveatTally = {}): RunView['caveats'] =>
  caveatKinds(tally).flatMap((kind) => {
    const counted = tally[kind]
    if (counted === undefined) return []
    return [{ kind, ...counted, examples: [...counted.examples], message: describeCaveat(kind, counted), next: fillStep(caveatStep(kind), slug) }]
  })
