import type { WhoActs } from '../errors/failure-codes.js'
import { nextStepOf, STEP_OF_WRONG_CLOCK, whoActs } from '../errors/next-step.js'
import { asksOperator, asksOwner, type Blocker } from './blocker.js'
import { alive, heldRun, lastOf } from './processes.js'
import { agoText } from './since.js'
import type { WhyFacts } from './why-facts.js'

/** Returns a blocker for a failure that somebody must repair or that clears by itself, depending on its reason. */
export const faultOf = (
  reason: string | null,
  fault: { readonly message: string; readonly next?: string; readonly clearsAt?: Date | null; readonly inQuarantine?: boolean },
): Blocker => ({
  message: fault.message,
  who: whoActs(reason),
  next: fault.next ?? nextStepOf(reason),
  clearsAt: fault.clearsAt ?? null,
  reason,
  inQuarantine: fault.inQuarantine ?? false,
})

/** Returns a blocker for a stream that failed or was not read to its end, or for records that could not be stored. */
export const partialOf = (
  { reason, message, next, quarantined, quarantinedFor }: NonNullable<WhyFacts['lastRun']>,
  nextTickAt: Date | null,
): Blocker => {
  const aside =
    quarantined === 0
      ? null
      : `${quarantined === 1 ? 'one record' : `${quarantined} records`} went to quarantine${quarantinedFor === null ? '' : `: ${quarantinedFor.message}`}`
  const cause = reason ?? (quarantined > 0 ? (quarantinedFor?.reason ?? 'RECORD_INVALID') : null)
  const steps = [
    ...(reason === null && quarantinedFor === null ? [] : [nextStepOf(cause, next)]),
    ...(quarantined === 0 ? [] : ['See `inlet quarantine {source}` (GET /v1/sources/{id}/quarantine).']),
  ]
  return {
    ...faultOf(cause, {
      message: `the last run was partial: ${[message, aside].filter((text) => text !== null).join('; ') || 'see its warnings'}`,
      next: steps.join(' ') || 'See `inlet runs --source {source}` (GET /v1/runs?source=…).',
      clearsAt: nextTickAt,
      inQuarantine: quarantined > 0,
    }),
    who: whoRepairs(cause),
  }
}

/** Who repairs what could not be read or stored: the owner of the source, unless its reason is the operator's. */
export const whoRepairs = (reason: string | null): WhoActs => (reason !== null && whoActs(reason) === 'operator' ? 'operator' : 'owner')

/** Describes what the active run is retrying. */
export const retriedText = ({ run, consecutiveFailures, lastRun }: WhyFacts): string => {
  if (run?.retrying != null) return `; it is trying again after ${run.retrying.reason}: ${run.retrying.message}`
  return consecutiveFailures === 0 || lastRun?.outcome !== 'failed'
    ? ''
    : `; ${consecutiveFailures === 1 ? 'the run before failed' : `the ${consecutiveFailures} runs before failed`}: ${lastRun.reason === null ? '' : `${lastRun.reason}: `}${lastRun.message ?? 'see it'}`
}

/** What `why` says about records that the indexer could not index. */
export const notIndexed = ({ records, problem, retryAt }: NonNullable<WhyFacts['unindexed']>): Blocker => ({
  ...asksOperator(
    `search does not find the current content of ${records === 1 ? 'one of its records' : `${records} of its records`}, which could not be indexed: ${problem}`,
    'It is tried again automatically, ever more rarely, and at once when a scribe starts. Look at the log of the scribes for "cannot be indexed", and whether something kills their indexers, such as a lack of memory.',
  ),
  clearsAt: retryAt,
})

/** Returns the blocker of a database that refuses what is written, as seen now or as a live process reports; null when it stores. */
export const refusalOfDatabase = ({ databaseProblem, processes, status, run, deleting }: WhyFacts): Blocker | null => {
  // A source that somebody stopped waits for that person, whatever the database does.
  if (status !== 'ACTIVE' && run === null && !deleting) return null
  if (databaseProblem !== null) return asksOperator(databaseProblem.message, databaseProblem.next, databaseProblem.reason)
  const refused = processes.find(({ alive, reason }) => alive && reason !== null)
  return refused === undefined
    ? null
    : asksOperator(`${refused.role} ${refused.id} cannot store: ${refused.problem ?? refused.reason}`, nextStepOf(refused.reason), refused.reason)
}

/** Returns the blocker of a run whose records no scribe stores; null when one does, or nothing waits. */
export const unstored = (facts: WhyFacts): Blocker | null => {
  const waiting = heldRun(facts)?.waitingBytes ?? 0
  const scribes = alive(facts, 'scribe')
  if (waiting === 0 || scribes.some(({ refuses }) => refuses !== 'clock')) return null
  const [skewed] = scribes
  return skewed === undefined
    ? asksOperator(
        `${waiting} bytes of the run wait to be stored and no scribe is alive${lastOf(facts, 'scribe')}`,
        'Start a scribe (`docker compose up -d scribe`); `inlet up` restarts its own, and its log says why it ended.',
      )
    : asksOperator(
        `${waiting} bytes of the run wait to be stored and no scribe takes work: ${skewed.problem ?? 'its clock is off'}`,
        STEP_OF_WRONG_CLOCK,
      )
}

/** Returns the blocker of a queue that does not answer or stores nothing; null when it works. */
export const refusalOfQueue = ({ queueProblem, queuePlace, status, run }: WhyFacts): Blocker | null => {
  // As with the database: what a person stopped, or must repair first, would not run with a queue either.
  if (queueProblem === null || (status !== 'ACTIVE' && run === null)) return null
  const step = stepOfRefusedQueue(queueProblem)
  return step === null
    ? asksOperator(
        `the queue (${queuePlace}) does not answer: ${queueProblem}`,
        `Start ${queuePlace}, or look at its log; then it continues by itself.`,
      )
    : asksOperator(`the queue (${queuePlace}) takes no jobs: ${queueProblem}`, step)
}

/**
 * Returns the blocker of a source that nothing keeps from running, and that still misses its `freshWithin`: its sender is silent, or its schedule too
 * rare. Null for one that is not stale, or runs only on request.
 */
export const staleOf = ({
  staleSince,
  lastSuccessAt,
  pushed,
  scheduled,
  nextTickAt,
  now,
}: Pick<WhyFacts, 'staleSince' | 'lastSuccessAt' | 'pushed' | 'scheduled' | 'nextTickAt' | 'now'>): Blocker | null => {
  if (staleSince === null || !(pushed || scheduled)) return null
  const what = pushed ? 'nothing has been pushed to its hook' : 'it has not succeeded'
  const last = lastSuccessAt === null ? 'it never has' : `the last time was ${agoText(now, lastSuccessAt)}`
  const message = `${what} for longer than its freshWithin allows; ${last}`
  const next = pushed
    ? 'Check that its sender still sends to its hook; if it may be silent for longer, raise `freshWithin` in its settings.'
    : 'Let it run more often, or raise `freshWithin` in its settings.'
  return asksOwner(message, next, nextTickAt, 'SOURCE_STALE')
}

/** A limit that resets lets a source through within a day. */
const LIMITED_MS = 86_400_000
const TRIES_TO_ASK = 3

/** Returns the blocker of a run that is rate limited again and again, while its source has had no success for a day; otherwise null. */
export const limitedTooLong = ({ run, lastSuccessAt, now }: Pick<WhyFacts, 'run' | 'lastSuccessAt' | 'now'>, message: string): Blocker | null => {
  if (run === null || run.parkedReason !== 'RATE_LIMITED' || run.attempt < TRIES_TO_ASK) return null
  // A first read of something large may take longer.
  if (lastSuccessAt === null || now.getTime() - lastSuccessAt.getTime() < LIMITED_MS) return null
  return asksOwner(
    `${message}; it was limited ${run.attempt} times, and its last success was ${agoText(now, lastSuccessAt)}`,
    'Ask for a higher limit there, or make fewer requests: a rarer schedule, requestsPerMinute, larger pages, fewer streams. It is tried again by itself.',
    run.wakeAt,
    run.parkedReason,
  )
}

/** Returns the next step for a Redis that answers and stores nothing, as the queue describes it; null for any other problem of the queue. */
export const stepOfRefusedQueue = (problem: string): string | null =>
  problem.includes('refuses to store')
    ? 'Do what the message says: for OOM, give Redis more memory (e.g. `redis-cli config set maxmemory 2gb`, and the same in redis.conf); for MISCONF, make room on its disk; for READONLY, connect to the primary. Then it continues by itself.'
    : null
