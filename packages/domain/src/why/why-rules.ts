import { nextStepOf, stepOfStopped, whoActs } from '../errors/next-step.js'
import { isReason } from '../errors/reasons.js'
import { CAVEATS } from '../runs/caveats.js'
import { DEATHS_TO_ISOLATE } from '../runs/process-deaths.js'
import { asksOperator, asksOwner, type Blocker, waits } from './blocker.js'
import { lasts, progressText, recheckText, sinceText } from './since.js'
import type { ActiveRunFacts, ProcessFacts, WhyFacts } from './why-facts.js'

export interface WhyRule {
  readonly code: string
  /** What is looked at, as it reads when all is well. */
  readonly check: string
  /** Null when this is not what keeps the source from running. */
  readonly find: (facts: WhyFacts) => Blocker | null
}

/** What should take seconds, and takes longer than this, does not clear by itself. */
const LATE_MS = 120_000
/** Reading and storing report something every few seconds; waits of up to 30 s in place are normal. */
const STALLED_MS = 180_000
const BUSY_MS = 300_000
const LONG_DELETION_MS = 900_000

const rule = (code: string, check: string, find: WhyRule['find']): WhyRule => ({ code, check, find })

const held = ({ run }: WhyFacts): ActiveRunFacts | null => (run?.status === 'running' && run.holder !== null ? run : null)
const alive = (facts: WhyFacts, role: ProcessFacts['role']): readonly ProcessFacts[] =>
  facts.processes.filter((process) => process.alive && process.role === role)
const ready = (facts: WhyFacts): readonly ProcessFacts[] => alive(facts, 'worker').filter(({ refuses }) => refuses === null)
const holderOf = (facts: WhyFacts): ProcessFacts | undefined =>
  facts.processes.find(({ id, alive: lives }) => lives && id === held(facts)?.holder?.id)

/** A fault that somebody repairs or that clears by itself, as its reason says. */
const faultOf = (reason: string | null, fault: { readonly message: string; readonly next?: string; readonly clearsAt?: Date | null }): Blocker => ({
  message: fault.message,
  who: whoActs(reason),
  next: fault.next ?? nextStepOf(reason),
  clearsAt: fault.clearsAt ?? null,
  reason,
})

/** A source in ERROR without a run that tries again. */
const inError = (facts: WhyFacts): boolean => facts.status === 'ERROR' && facts.run === null
/** What a failure says to do is said of this very failure: a later one may have another reason. */
const ownStep = ({ statusReason, lastRun }: WhyFacts): string | null => (lastRun?.reason === statusReason ? lastRun.next : null)
const errorOf = (facts: WhyFacts): Blocker => ({
  ...faultOf(facts.statusReason, {
    message: `${facts.statusMessage ?? 'the last run failed'}${laterFailureOf(facts)}${recheckText(facts)}`,
    next: stepOfStopped(facts.statusReason, ownStep(facts)),
  }),
  ...(facts.statusReason !== null && isReason(facts.statusReason) ? { code: facts.statusReason } : {}),
})

/** A run that was asked for since may fail for another reason. */
const laterFailureOf = ({ statusReason, lastRun }: WhyFacts): string =>
  lastRun?.outcome === 'failed' && lastRun.reason !== null && lastRun.reason !== statusReason
    ? `; the latest run failed for another reason: ${lastRun.reason}: ${lastRun.message ?? ''}`
    : ''

const offers = (facts: WhyFacts): boolean => {
  const listed = ready(facts).filter(({ connectors }) => connectors.length > 0)
  return listed.length === 0 || listed.some(({ connectors }) => connectors.includes(facts.connector))
}

/** Tried again by itself; who knows better may resume it now. */
const suspensionOf = (facts: WhyFacts): Blocker => {
  const { message, next, reason } = errorOf(facts)
  return asksOwner(`${message}${facts.restartAt === null ? '' : '; it is tried again by itself, alone in a worker'}`, next, facts.restartAt, reason)
}

/** A run of a continuous source waits for news, however long. */
const listens = ({ continuous, run }: WhyFacts): boolean => continuous && run?.trigger !== 'backfill' && run?.trigger !== 'quarantine'

/** In order of precedence: the first that finds something is the blocker. */
export const WHY_RULES: readonly WhyRule[] = [
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
  rule('CRASH_LOOP', 'its runs do not end one worker after the other', (facts) => {
    const { run, processDeaths } = facts
    if (run === null || processDeaths < DEATHS_TO_ISOLATE || holderOf(facts) !== undefined) return null
    return asksOperator(
      `${processDeaths} worker processes in a row ended while they ran run ${run.id}${progressText(facts.now, run)}; it waits for a worker that runs nothing else`,
      'Look at the log of the workers and at the data of the source. If it ends its worker again, alone, it is suspended; a further worker lets it begin sooner.',
    )
  }),
  rule('LEASE_OF_DEAD_WORKER', 'the worker that holds the run is alive', (facts) => {
    const run = held(facts)
    if (run?.holder == null || holderOf(facts) !== undefined) return null
    return waits(`run ${run.id} is held by a worker that sends no heartbeat; another one takes over when its lease ends`, run.holder.until)
  }),
  rule('SCRIBE_DOWN', 'a scribe stores what is read', (facts) =>
    held(facts) !== null && (held(facts)?.waitingBytes ?? 0) > 0 && alive(facts, 'scribe').length === 0
      ? asksOperator(`${held(facts)?.waitingBytes} bytes of the run wait to be stored and no scribe is alive`, 'Start a scribe.')
      : null,
  ),
  rule('BACKLOG_FULL', 'storing keeps pace with reading', (facts) =>
    holderOf(facts)?.backpressure
      ? asksOperator('reading is held back until the scribes have stored what waits', 'It continues by itself; start more scribes if this lasts.')
      : null,
  ),
  rule('RUN_STALLED', 'its run advances', (facts) => {
    const run = held(facts)
    if (run === null || listens(facts) || !lasts(facts.now, run.movedAt, STALLED_MS)) return null
    return asksOperator(
      `run ${run.id} is held by worker ${run.holder?.id}, and stands still${progressText(facts.now, run)}`,
      `Look at the system that it reads and at the log of the worker; POST /v1/runs/${run.id}/cancel ends it.`,
    )
  }),
  rule('RUN_ACTIVE', 'no run is active', (facts) => {
    const run = held(facts)
    if (run === null) return null
    const message = `it is running: ${run.trigger} run ${run.id} has read ${run.recordsRead} records${progressText(facts.now, run)}`
    return run.isolatedUntil !== null && run.isolatedUntil > facts.now
      ? waits(
          `${message}; it is alone in its worker, since ${facts.processDeaths} have ended with it`,
          null,
          'Wait for its end, or look at its data.',
        )
      : waits(message, null)
  }),
  rule('RUN_PARKED', 'no run waits for a moment', ({ run, now }) =>
    run?.status === 'parked' && run.wakeAt !== null && run.wakeAt > now
      ? waits(
          `run ${run.id} is parked: ${[run.parkedReason ?? 'it must wait', run.parkedMessage].filter((text) => text !== null).join(': ')}`,
          run.wakeAt,
          nextStepOf(run.parkedReason),
          run.parkedReason,
        )
      : null,
  ),
  rule('STOPPED', 'the source is not stopped', ({ status, run }) =>
    status === 'STOPPED' && run === null ? asksOwner('the source was stopped', 'POST /v1/sources/{id}/start') : null,
  ),
  rule('PAUSED', 'the source is not paused', ({ status, run }) =>
    status === 'PAUSED' && run === null ? asksOwner('the source was paused', 'POST /v1/sources/{id}/resume') : null,
  ),
  rule('SUSPENDED', 'its runs do not end their workers', (facts) =>
    inError(facts) && facts.statusReason === 'POISON_SOURCE' ? suspensionOf(facts) : null,
  ),
  rule('SECRET_UNREADABLE', 'its secrets can be opened', (facts) =>
    inError(facts) && facts.statusReason === 'SECRET_UNREADABLE' ? errorOf(facts) : null,
  ),
  rule('CONNECTOR_MISSING', 'a worker has its connector', (facts) =>
    (inError(facts) && facts.statusReason === 'UNKNOWN_CONNECTOR') || !offers(facts)
      ? asksOperator(
          `no worker that is alive has the connector "${facts.connector}"`,
          'Start workers that have it. A source that has stopped for it continues by itself at one of the next checks, or at once after POST /v1/sources/{id}/resume.',
          'UNKNOWN_CONNECTOR',
        )
      : null,
  ),
  rule('AUTH_FAILED', 'its credentials are accepted', (facts) => (inError(facts) && facts.statusReason === 'AUTH_FAILED' ? errorOf(facts) : null)),
  rule('CONFIG_INVALID', 'its settings work, and it may be read', (facts) => (inError(facts) ? errorOf(facts) : null)),
  rule('LOAD_FAILED', 'its newest version could be loaded', ({ loadError }) =>
    loadError === null
      ? null
      : asksOwner(
          `version ${loadError.version} could not be loaded: ${loadError.message}`,
          'Correct it and publish again, or roll back.',
          null,
          loadError.reason,
        ),
  ),
  rule('QUEUE_UNREACHABLE', 'the queue answers', ({ queueProblem }) =>
    queueProblem === null
      ? null
      : asksOperator(`the queue does not answer: ${queueProblem}`, 'Look at Redis, or at Postgres where the queue is there.'),
  ),
  rule('CLOCK_SKEW', 'the clocks of the workers are right', (facts) => {
    const skewed = alive(facts, 'worker').find(({ refuses }) => refuses === 'clock')
    return ready(facts).length === 0 && skewed !== undefined
      ? asksOperator(`no worker takes work: ${skewed.problem ?? 'its clock is off'}`, 'Set the clock right (NTP); the worker continues by itself.')
      : null
  }),
  rule('NO_WORKER', 'a worker is alive', (facts) =>
    ready(facts).length === 0 ? asksOperator('no worker that takes work is alive', 'Start a worker.') : null,
  ),
  rule('CANNOT_BEGIN', 'its run could begin', ({ run, now }) =>
    run !== null && run.beginFailures > 0
      ? asksOperator(
          `run ${run.id} could not begin, ${run.beginFailures} times in a row${progressText(now, run)}: ${run.beginError ?? 'see the log'}`,
          'It fails at the third time; look at the log of the workers for the error.',
        )
      : null,
  ),
  rule('WORKERS_BUSY', 'a worker has a free place', (facts) => {
    const { run, now } = facts
    if (run === null || ready(facts).some(({ running, concurrency }) => running < concurrency)) return null
    const message = `run ${run.id} waits for a free worker${progressText(now, run)}`
    return lasts(now, run.movedAt, BUSY_MS)
      ? asksOperator(message, 'Start more workers, or raise INLET_WORKER_CONCURRENCY.')
      : waits(message, null, 'It begins by itself; start more workers if this lasts.')
  }),
  rule('RUN_STARVED', 'no run waits for longer than it should', ({ run, now }) =>
    run !== null && lasts(now, run.movedAt, LATE_MS)
      ? asksOperator(
          `run ${run.id} is ${run.status} and no worker has begun it${progressText(now, run)}, though one has a free place`,
          'Look at the queue (/admin/queues) and at the log of the workers.',
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
      ? faultOf('QUARANTINE_BUDGET', { message: lastRun.message ?? 'too many records could not be stored', clearsAt: restartAt })
      : null,
  ),
  rule('BACK_OFF', 'the last run did not fail', ({ lastRun, restartAt, consecutiveFailures }) =>
    restartAt === null
      ? null
      : faultOf(lastRun?.reason ?? null, {
          message: `${consecutiveFailures} failed in a row: ${lastRun?.message ?? 'see the last run'}; it tries again by itself`,
          next: nextStepOf(lastRun?.reason ?? null, lastRun?.next),
          clearsAt: restartAt,
        }),
  ),
  rule('MASS_DELETE_REFUSED', 'no deletion waits for a confirmation', ({ lastRun }) => {
    const guard = lastRun?.warnings.find(({ reason }) => reason === 'MASS_DELETE_REFUSED')
    return guard === undefined ? null : faultOf('MASS_DELETE_REFUSED', guard)
  }),
  rule('QUARANTINE_SHARE', 'no more than a small share of its records is in quarantine', ({ quarantine, nextTickAt }) =>
    quarantine === null ? null : faultOf('QUARANTINE_SHARE', { message: quarantine, clearsAt: nextTickAt }),
  ),
  rule('CONTENT_DOUBTFUL', 'the last run read its content whole', ({ lastRun, nextTickAt }) => {
    const doubt = lastRun?.warnings.find(({ reason }) => Object.hasOwn(CAVEATS, reason))
    return doubt === undefined ? null : faultOf(doubt.reason, { message: doubt.message, clearsAt: nextTickAt })
  }),
  rule('SUSPECT_EMPTY', 'the last run found what it should', ({ lastRun, nextTickAt }) =>
    lastRun?.outcome === 'suspect_empty'
      ? asksOwner(
          'the last run found nothing, and nothing proves that this is right',
          'Look at the source: it may have moved or want a login.',
          nextTickAt,
        )
      : null,
  ),
  rule('TEXT_MISSING', 'a search finds its records', ({ unsearchable }) =>
    unsearchable
      ? asksOwner(
          'its records have no title, no text and no strings in their data, so that search finds them by their keys only',
          'Set title and text with a mapping; see docs/guides/mapping.md.',
        )
      : null,
  ),
  rule('NEXT_RUN', 'its next run has begun', ({ continuous }) =>
    continuous ? waits('it listens without a pause; the reconciler begins its next run within 15 s', null) : null,
  ),
  rule('SCHEDULE_NOT_QUEUED', 'its schedule is in the queue', ({ scheduled, scheduleSynced }) =>
    scheduled && !scheduleSynced ? waits('the schedule is not in the queue yet; the reconciler puts it there within 15 s', null) : null,
  ),
  rule('TICK_OVERDUE', 'no due moment was missed', ({ nextTickAt, now }) => {
    if (nextTickAt === null || nextTickAt > now) return null
    const message = `it is due${sinceText(now, nextTickAt)}; if no worker takes the tick, the reconciler does within 35 s`
    return lasts(now, nextTickAt, LATE_MS)
      ? asksOperator(message, 'Look for "reconciled" and failures of maintenance in the log of the workers.')
      : waits(message, null)
  }),
  rule('NOTHING_PUSHED', 'senders have pushed something', ({ pushed, scheduled }) =>
    pushed && !scheduled ? waits('all is well; it runs as soon as something is pushed to its hook', null) : null,
  ),
  rule('NO_SCHEDULE', 'it has a schedule', ({ scheduled }) =>
    scheduled ? null : asksOwner('the source has no schedule and runs when asked', 'POST /v1/sources/{id}/run, or give it a schedule.'),
  ),
  rule('NEXT_TICK', 'its moment has come', ({ nextTickAt }) => waits('all is well; it waits for its next due moment', nextTickAt)),
]
