import { nextStepOf, STEP_OF_WRONG_CLOCK } from '../errors/next-step.js'
import { CAVEATS } from '../runs/caveats.js'
import { DEATHS_TO_ISOLATE } from '../runs/process-deaths.js'
import { asksOperator, asksOwner, type Blocker, waits } from './blocker.js'
import {
  faultOf,
  limitedTooLong,
  notIndexed,
  partialOf,
  refusalOfDatabase,
  refusalOfQueue,
  retriedText,
  staleOf,
  unstored,
  whoRepairs,
} from './fault-of.js'
import { alive, heldRun, holderOf, lastOf, offers, ready } from './processes.js'
import { agoText, lasts, progressText, sinceText } from './since.js'
import { errorOf, inError, suspensionOf } from './stopped-by-error.js'
import type { WhyFacts } from './why-facts.js'

export interface WhyRule {
  readonly code: string
  /** What is checked, worded for the case that all is well. */
  readonly check: string
  /** Returns null when this is not what keeps the source from running. */
  readonly find: (facts: WhyFacts) => Blocker | null
}

/** What should take seconds but takes longer than this will not clear by itself. */
const LATE_MS = 120_000
/** Reading and storing report something every few seconds; waits of up to 30 s in place are normal. */
const STALLED_MS = 180_000
const BUSY_MS = 300_000
const LONG_DELETION_MS = 900_000

const rule = (code: string, check: string, find: WhyRule['find']): WhyRule => ({ code, check, find })

/** After this many failures, something that is retried automatically needs a person to look at the other side. */
const FAILURES_TO_ASK = 3

/** A repeated failure is worth attention while it is being retried. */
const stepOfRetry = ({ run, consecutiveFailures, lastRun }: WhyFacts): string | undefined => {
  if (run?.retrying != null) return `See how this run ends. If it fails: ${nextStepOf(run.retrying.reason)}`
  return consecutiveFailures === 0 || lastRun?.outcome !== 'failed'
    ? undefined
    : `See how this run ends. If it fails as well: ${nextStepOf(lastRun.reason, lastRun.next)}`
}

/** A run of a continuous source waits for news indefinitely. */
const listens = ({ continuous, run }: WhyFacts): boolean => continuous && run?.trigger !== 'backfill' && run?.trigger !== 'quarantine'

/** In order of precedence: the first rule that finds something provides the blocker. */
export const WHY_RULES: readonly WhyRule[] = [
  rule('DATABASE_REFUSES', 'the database stores what is written', refusalOfDatabase),
  rule('DELETING', 'the source is not being deleted', (facts) => {
    if (!facts.deleting) return null
    const message = `the source is being deleted${sinceText(facts.now, facts.deletingSince)}; its records are removed in the background`
    return lasts(facts.now, facts.deletingSince, LONG_DELETION_MS)
      ? asksOperator(message, 'Look for "deletions" in the log of the workers: something may lock its rows. Otherwise it is just large.')
      : waits(message, null)
  }),
  rule('CANCELLING', 'no run is about to be cancelled', ({ run, now }) => {
    if (!run?.cancelling) return null
    const message = `run ${run.id} was asked to stop${sinceText(now, run.cancelRequestedAt)}; its worker ends it within seconds`
    return lasts(now, run.cancelRequestedAt, LATE_MS)
      ? asksOperator(message, `Look at the log of the worker ${run.holder?.id ?? 'that had it'}; when it is restarted, the run ends.`)
      : waits(message, null)
  }),
  // Before all that a run waits for: without the queue no run is handed over and no batch is stored.
  rule('QUEUE_UNREACHABLE', 'the queue answers', refusalOfQueue),
  rule('CRASH_LOOP', 'its runs do not kill one worker after another', (facts) => {
    const { run, processDeaths } = facts
    if (run === null || processDeaths < DEATHS_TO_ISOLATE || holderOf(facts) !== undefined) return null
    return asksOperator(
      `${processDeaths} worker processes in a row died while running run ${run.id}${progressText(facts.now, run)}; it waits for a worker that runs nothing else`,
      'Check the log of the workers and the data of the source. If it kills its worker again while running alone, it is suspended. Adding a worker lets it begin sooner.',
    )
  }),
  rule('LEASE_OF_DEAD_WORKER', 'the worker that holds the run is alive', (facts) => {
    const run = heldRun(facts)
    if (run?.holder == null || holderOf(facts) !== undefined) return null
    return waits(`run ${run.id} is held by a worker that sends no heartbeat; another one takes over when its lease ends`, run.holder.until)
  }),
  rule('SCRIBE_DOWN', 'a scribe stores what is read', unstored),
  rule('BACKLOG_FULL', 'storing keeps up with reading', (facts) =>
    holderOf(facts)?.backpressure
      ? asksOperator('reading pauses until the scribes have stored what is waiting', 'It continues automatically; start more scribes if this lasts.')
      : null,
  ),
  rule('RUN_STALLED', 'its run advances', (facts) => {
    const run = heldRun(facts)
    if (run === null || listens(facts) || !lasts(facts.now, run.movedAt, STALLED_MS)) return null
    return asksOperator(
      `run ${run.id} is held by worker ${run.holder?.id}${progressText(facts.now, run)}${retriedText(facts)}`,
      `Check the system that it reads and the log of the worker; \`inlet runs cancel ${run.id}\` (POST /v1/runs/${run.id}/cancel) ends it.`,
    )
  }),
  rule('RUN_ACTIVE', 'no run is active', (facts) => {
    const run = heldRun(facts)
    if (run === null) return null
    const message = `it is running: ${run.trigger} run ${run.id} has read ${run.recordsRead} records${progressText(facts.now, run)}${retriedText(facts)}`
    return run.isolatedUntil !== null && run.isolatedUntil > facts.now
      ? waits(
          `${message}; it is alone in its worker, because ${facts.processDeaths} workers have died running it`,
          null,
          'Wait for it to end, or check its data.',
        )
      : waits(message, null, stepOfRetry(facts))
  }),
  rule('RUN_PARKED', 'no run is parked', ({ run, lastSuccessAt, now }) => {
    if (run?.status !== 'parked' || run.wakeAt === null || run.wakeAt <= now) return null
    const { parkedReason, parkedMessage, wakeAt } = run
    const message = `run ${run.id} is parked: ${[parkedReason ?? 'it must wait', parkedMessage].filter((text) => text !== null).join(': ')}`
    if (parkedReason === null) return waits(message, wakeAt)
    return limitedTooLong({ run, lastSuccessAt, now }, message) ?? faultOf(parkedReason, { message, clearsAt: wakeAt })
  }),
  rule('STOPPED', 'the source is not stopped', ({ status, run }) =>
    status === 'STOPPED' && run === null ? asksOwner('the source was stopped', '`inlet sources start {source}` (POST /v1/sources/{id}/start)') : null,
  ),
  rule('PAUSED', 'the source is not paused', ({ status, run }) =>
    status === 'PAUSED' && run === null ? asksOwner('the source was paused', '`inlet sources resume {source}` (POST /v1/sources/{id}/resume)') : null,
  ),
  rule('SUSPENDED', 'its runs do not kill their workers', (facts) =>
    inError(facts) && facts.statusReason === 'POISON_SOURCE' ? suspensionOf(facts) : null,
  ),
  rule('SECRET_UNREADABLE', 'its secrets can be decrypted', (facts) =>
    inError(facts) && facts.statusReason === 'SECRET_UNREADABLE' ? errorOf(facts) : null,
  ),
  rule('CONNECTOR_MISSING', 'a worker has its connector', (facts) =>
    (inError(facts) && facts.statusReason === 'UNKNOWN_CONNECTOR') || !offers(facts)
      ? asksOperator(
          `no worker that is alive has the connector "${facts.connector}"`,
          'Start workers that have it. A source that has stopped for it continues by itself at one of the next checks, or at once with `inlet sources resume {source}` (POST /v1/sources/{id}/resume).',
          'UNKNOWN_CONNECTOR',
        )
      : null,
  ),
  rule('AUTH_FAILED', 'its credentials are accepted', (facts) => (inError(facts) && facts.statusReason === 'AUTH_FAILED' ? errorOf(facts) : null)),
  rule('CONFIG_INVALID', 'its settings work, and it may be read', (facts) => (inError(facts) ? errorOf(facts) : null)),
  rule('OPEN_FAILED', 'its newest version can be opened', ({ openError }) =>
    openError === null
      ? null
      : asksOwner(
          `version ${openError.version} cannot be opened: ${openError.message}`,
          'Correct it and publish again, or `inlet versions rollback {source} <version>` (POST /v1/sources/{id}/rollback).',
          null,
          openError.reason,
        ),
  ),
  rule('CLOCK_SKEW', 'the clocks of the workers are right', (facts) => {
    const skewed = alive(facts, 'worker').find(({ refuses }) => refuses === 'clock')
    return ready(facts).length === 0 && skewed !== undefined
      ? asksOperator(`no worker takes work: ${skewed.problem ?? 'its clock is off'}`, STEP_OF_WRONG_CLOCK)
      : null
  }),
  rule('NO_WORKER', 'a worker is alive', (facts) =>
    ready(facts).length === 0
      ? asksOperator(
          `no worker that takes work is alive${lastOf(facts, 'worker')}`,
          'Start a worker (`docker compose up -d worker`); `inlet up` restarts its own, and its log says why it ended. A process that still exists hangs or was stopped: end it.',
        )
      : null,
  ),
  rule('CANNOT_BEGIN', 'its run was able to begin', ({ run, now }) =>
    run !== null && run.beginFailures > 0
      ? asksOperator(
          `run ${run.id} could not begin, ${run.beginFailures} times in a row${progressText(now, run)}: ${run.beginError ?? 'see the log'}`,
          'After the third failure the run fails; see the log of the workers for the error.',
        )
      : null,
  ),
  rule('WORKERS_BUSY', 'a worker has a free slot', (facts) => {
    const { run, now } = facts
    if (run === null || ready(facts).some(({ running, concurrency }) => running < concurrency)) return null
    const message = `run ${run.id} waits for a free worker${progressText(now, run)}`
    return lasts(now, run.movedAt, BUSY_MS)
      ? asksOperator(message, 'Start more workers, or raise INLET_WORKER_CONCURRENCY.')
      : waits(message, null, 'It begins automatically; start more workers if this lasts.')
  }),
  rule('RUN_STARVED', 'no run waits for longer than it should', ({ run, now }) =>
    run !== null && lasts(now, run.movedAt, LATE_MS)
      ? asksOperator(
          `run ${run.id} is ${run.status} and no worker has begun it${progressText(now, run)}, though one has a free slot`,
          'Look at the queue (/admin/queues), at `inlet workers` (GET /v1/workers), and at the log of the workers.',
        )
      : null,
  ),
  rule('TAKE_OVER', 'no run has lost its worker', ({ run, now }) =>
    run?.status === 'running'
      ? waits(`run ${run.id} has lost its worker; another one takes it over within seconds${progressText(now, run)}`, null)
      : null,
  ),
  rule('RUN_QUEUED', 'no run is queued', ({ run, now }) =>
    run === null ? null : waits(`run ${run.id} is queued and begins within seconds${progressText(now, run)}`, null),
  ),
  rule('QUARANTINE_BUDGET', 'few records are in quarantine', ({ lastRun, restartAt }) =>
    lastRun?.outcome === 'failed' && lastRun.reason === 'QUARANTINE_BUDGET'
      ? {
          ...faultOf('QUARANTINE_BUDGET', {
            message: lastRun.message ?? 'too many records could not be stored',
            next: nextStepOf('QUARANTINE_BUDGET', lastRun.next),
            clearsAt: restartAt,
            inQuarantine: true,
          }),
          who: whoRepairs(lastRun.quarantinedFor?.reason ?? null),
        }
      : null,
  ),
  rule('BACK_OFF', 'the last run did not fail', ({ lastRun, restartAt, nextTickAt, consecutiveFailures, now }) => {
    // What failed before the source was paused and resumed is retried only when it is due.
    if (restartAt === null && (lastRun?.outcome !== 'failed' || nextTickAt === null || nextTickAt <= now)) return null
    const again = restartAt === null ? 'it is retried at its next due time' : 'it is retried automatically'
    const fault = faultOf(lastRun?.reason ?? null, {
      message: `${consecutiveFailures <= 1 ? 'the last run failed' : `the last ${consecutiveFailures} runs failed`}: ${lastRun?.message ?? 'see it'}; ${again}`,
      next: nextStepOf(lastRun?.reason ?? null, lastRun?.next),
      clearsAt: restartAt ?? nextTickAt,
    })
    return fault.who === 'nobody' && consecutiveFailures >= FAILURES_TO_ASK ? { ...fault, who: 'owner' } : fault
  }),
  rule('MASS_DELETE_REFUSED', 'no deletion waits for a confirmation', ({ lastRun }) => {
    const guard = lastRun?.warnings.find(({ reason }) => reason === 'MASS_DELETE_REFUSED')
    return guard === undefined ? null : faultOf('MASS_DELETE_REFUSED', guard)
  }),
  rule('QUARANTINE_SHARE', 'no more than a small share of its records is in quarantine', ({ quarantine, nextTickAt }) =>
    quarantine === null
      ? null
      : {
          ...faultOf('QUARANTINE_SHARE', {
            message: quarantine.message,
            next: nextStepOf('QUARANTINE_SHARE', quarantine.next),
            clearsAt: nextTickAt,
            inQuarantine: true,
          }),
          who: whoRepairs(quarantine.reason),
        },
  ),
  rule('CONTENT_DOUBTFUL', 'the last run read its content completely', ({ lastRun, nextTickAt }) => {
    const doubt = lastRun?.warnings.find(({ reason }) => Object.hasOwn(CAVEATS, reason))
    return doubt === undefined ? null : faultOf(doubt.reason, { message: doubt.message, clearsAt: nextTickAt })
  }),
  rule('SUSPECT_EMPTY', 'the last run found what it should', ({ lastRun, nextTickAt }) =>
    lastRun?.outcome === 'suspect_empty'
      ? faultOf('SOURCE_EMPTY', { message: 'the last run found nothing, and nothing proves that this is correct', clearsAt: nextTickAt })
      : null,
  ),
  rule('PARTIAL', 'the last run stored all that it read', ({ lastRun, nextTickAt }) =>
    lastRun?.outcome === 'partial' ? partialOf(lastRun, nextTickAt) : null,
  ),
  rule('NOT_INDEXED', 'search has all of its records', ({ unindexed }) => (unindexed === null ? null : notIndexed(unindexed))),
  rule('TEXT_MISSING', 'search can find its records', ({ unsearchable }) =>
    unsearchable
      ? asksOwner(
          'its records have no title, no text and no strings in their data, so search finds them only by their keys',
          'Set title and text with a mapping; see docs/guides/mapping.md.',
        )
      : null,
  ),
  rule('NEXT_RUN', 'its next run has begun', ({ continuous }) =>
    continuous ? waits('it is read continuously; the reconciler starts its next run within 15 s', null) : null,
  ),
  rule('SCHEDULE_NOT_QUEUED', 'its schedule is in the queue', ({ scheduled, scheduleSynced }) =>
    scheduled && !scheduleSynced ? waits('the schedule is not in the queue yet; the reconciler puts it there within 15 s', null) : null,
  ),
  rule('TICK_OVERDUE', 'no due time was missed', ({ nextTickAt, now }) => {
    if (nextTickAt === null || nextTickAt > now) return null
    const message = `it is due${sinceText(now, nextTickAt)}; if no worker takes the tick, the reconciler does within 35 s`
    return lasts(now, nextTickAt, LATE_MS)
      ? asksOperator(message, 'Look for "reconciled" and failures of maintenance in the log of the workers.')
      : waits(message, null)
  }),
  rule('PUSH_REFUSED', 'what senders push is accepted', ({ refusedPush, now }) =>
    refusedPush === null
      ? null
      : asksOwner(
          `the latest push, ${agoText(now, refusedPush.at)}, was refused: ${refusedPush.message}`,
          'Correct the sender, or set the secret that it signs with: `inlet sources update {source} --secret signingSecret=env:<VARIABLE>` (PATCH /v1/sources/{id}).',
          null,
          'SIGNATURE_INVALID',
        ),
  ),
  rule('SOURCE_STALE', 'its last success is recent enough', staleOf),
  rule('NOTHING_PUSHED', 'senders have pushed something', ({ pushed, scheduled }) =>
    pushed && !scheduled ? waits('all is well; it runs as soon as something is pushed to its hook', null) : null,
  ),
  rule('NO_SCHEDULE', 'it has a schedule', ({ scheduled }) =>
    scheduled
      ? null
      : asksOwner(
          'the source has no schedule and runs only on request',
          '`inlet run {source}` (POST /v1/sources/{id}/run), or give it a schedule: `inlet sources update {source} --cron "0 * * * *"` (PATCH /v1/sources/{id}).',
        ),
  ),
  rule('NEXT_TICK', 'it is due', ({ nextTickAt }) => waits('all is well; it waits for its next due time', nextTickAt)),
]
