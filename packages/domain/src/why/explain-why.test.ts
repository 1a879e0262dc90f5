import { describe, expect, it } from 'vitest'
import { whoActs } from '../errors/next-step.js'
import { REASONS, type Reason } from '../errors/reasons.js'
import { explainWhy } from './explain-why.js'
import type { ActiveRunFacts, ProcessFacts, WhyFacts } from './why-facts.js'

const now = new Date('2026-11-28T12:00:00Z')
const ago = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000)
const well = { alive: true, refuses: null, problem: null, reason: null }
const worker: ProcessFacts = {
  id: 'w1',
  role: 'worker',
  ...well,
  concurrency: 2,
  running: 1,
  backpressure: false,
  connectors: [],
}
const run: ActiveRunFacts = {
  id: 'r1',
  trigger: 'schedule',
  status: 'running',
  wakeAt: null,
  parkedReason: null,
  parkedMessage: null,
  cancelling: false,
  cancelRequestedAt: null,
  attempt: 3,
  movedAt: ago(30),
  isolatedUntil: null,
  beginFailures: 0,
  beginError: null,
  retrying: null,
  recordsRead: 5,
  waitingBytes: 0,
  holder: { id: 'w1', until: ago(-0.2) },
}
const facts = (change: Partial<WhyFacts>, ofRun: Partial<ActiveRunFacts> | null = null): WhyFacts => ({
  now,
  deleting: false,
  deletingSince: null,
  status: 'ACTIVE',
  statusReason: null,
  statusMessage: null,
  connector: 'c',
  continuous: false,
  pushed: false,
  refusedPush: null,
  scheduled: true,
  nextTickAt: ago(-5),
  scheduleSynced: true,
  restartAt: null,
  recheck: null,
  consecutiveFailures: 0,
  processDeaths: 0,
  lastSuccessAt: null,
  staleSince: null,
  lastRun: null,
  quarantine: null,
  quarantined: null,
  unsearchable: false,
  unindexed: null,
  openError: null,
  run: ofRun === null ? null : { ...run, ...ofRun },
  processes: [worker],
  databaseProblem: null,
  queueProblem: null,
  queuePlace: 'Redis at 10.0.0.5:6379',
  ...change,
})
const queued = { status: 'queued', holder: null } as const

describe('explainWhy', () => {
  it.each([
    ['a hung run', 'RUN_STALLED', facts({}, {})],
    ['a starved run', 'RUN_STARVED', facts({}, queued)],
    ['a run that was to be woken', 'RUN_STARVED', facts({}, { ...queued, status: 'parked', wakeAt: ago(3), movedAt: ago(3) })],
    ['a run whose worker is gone and that nobody takes', 'RUN_STARVED', facts({}, { holder: null })],
    ['a run that waits for a place', 'WORKERS_BUSY', facts({ processes: [{ ...worker, running: 2 }] }, queued)],
    ['a run that cannot begin', 'CANNOT_BEGIN', facts({}, { ...queued, beginFailures: 2, beginError: 'no such version' })],
    ['a crash loop between two workers', 'CRASH_LOOP', facts({ processDeaths: 2 }, { ...queued, movedAt: ago(0.1) })],
    ['a crash loop whose worker has just ended', 'CRASH_LOOP', facts({ processDeaths: 2, processes: [{ ...worker, alive: false }] }, {})],
    ['a run that does not stop', 'CANCELLING', facts({}, { cancelling: true, cancelRequestedAt: ago(3) })],
    ['a deletion that does not end', 'DELETING', facts({ deleting: true, deletingSince: ago(60) })],
    ['a due moment that nobody handles', 'TICK_OVERDUE', facts({ nextTickAt: ago(3) })],
  ])('asks somebody to act on %s, and says since when', (_what, code, given) => {
    const { blocker } = explainWhy(given)
    expect(blocker).toMatchObject({ code, who: 'operator' })
    expect(blocker.next).not.toMatch(/nothing to do/i)
    expect(blocker.message).toMatch(given.run === null || code === 'CANCELLING' ? /since 2026/ : /attempt 3/)
  })

  it('lets a continuous source listen indefinitely, and a run make progress', () => {
    expect(explainWhy(facts({ continuous: true }, {})).blocker.code).toBe('RUN_ACTIVE')
    expect(explainWhy(facts({ continuous: true }, { trigger: 'backfill' })).blocker.code).toBe('RUN_STALLED')
    expect(explainWhy(facts({}, { movedAt: ago(1) })).blocker).toMatchObject({ code: 'RUN_ACTIVE', who: 'nobody' })
  })

  it('says what to do about a failure that a run is retrying', () => {
    const lastRun = {
      outcome: 'failed',
      reason: 'DNS_FAILED',
      message: 'no such host',
      next: null,
      warnings: [],
      quarantined: 0,
      quarantinedFor: null,
    } as const
    const { blocker } = explainWhy(facts({ lastRun, consecutiveFailures: 3 }, { movedAt: now }))
    expect(blocker).toMatchObject({ code: 'RUN_ACTIVE', next: `See how this run ends. If it fails as well: ${REASONS.DNS_FAILED.next}` })
    expect(explainWhy(facts({ lastRun }, { movedAt: now })).blocker.next).toBe('Nothing to do.')
    const retrying = explainWhy(facts({}, { movedAt: now, retrying: { reason: 'DNS_FAILED', message: 'no such host' } })).blocker
    expect(retrying).toMatchObject({ code: 'RUN_ACTIVE', next: `See how this run ends. If it fails: ${REASONS.DNS_FAILED.next}` })
    expect(retrying.message).toContain('trying again after DNS_FAILED: no such host')
  })

  it('says that a run is alone in its worker, and until when a suspended source waits', () => {
    const { blocker } = explainWhy(facts({ processDeaths: 2 }, { movedAt: now, isolatedUntil: ago(-1) }))
    expect(blocker.code).toBe('RUN_ACTIVE')
    expect(blocker.message).toContain('alone in its worker')
    const suspended = facts({ status: 'ERROR', statusReason: 'POISON_SOURCE', statusMessage: 'it died', restartAt: ago(-15), processDeaths: 3 })
    expect(explainWhy(suspended).blocker).toMatchObject({ code: 'SUSPENDED', who: 'owner', clearsAt: ago(-15) })
  })

  it.each(Object.keys(REASONS) as Reason[])('uses one name for %s, and asks who can repair it', (reason) => {
    const stopped = explainWhy(facts({ status: 'ERROR', statusReason: reason, statusMessage: 'the message' })).blocker
    expect(stopped).toMatchObject({ reason, who: reason === 'POISON_SOURCE' ? 'owner' : whoActs(reason) })
    expect(['SUSPENDED', 'CONNECTOR_MISSING', reason]).toContain(stopped.code)
    const lastRun = {
      outcome: 'failed',
      reason,
      message: 'the message',
      next: 'Do this.',
      warnings: [],
      quarantined: 0,
      quarantinedFor: null,
    } as const
    const backingOff = explainWhy(facts({ lastRun, restartAt: ago(-1), consecutiveFailures: 1 })).blocker
    expect(backingOff).toMatchObject({ reason, who: whoActs(reason), clearsAt: ago(-1) })
  })

  it('says when a stopped source is checked again, what the last check found, and how to continue at once', () => {
    const recheck = { dueAt: ago(-5), checkedAt: ago(5), reason: 'UNREACHABLE', message: 'nobody there' }
    const lastRun = {
      outcome: 'failed',
      reason: 'AUTH_FAILED',
      message: 'no',
      next: 'Set another password.',
      warnings: [],
      quarantined: 0,
      quarantinedFor: null,
    } as const
    const { blocker } = explainWhy(facts({ status: 'ERROR', statusReason: 'AUTH_FAILED', statusMessage: 'refused', lastRun, recheck }))
    expect(blocker.message).toBe(
      'refused; checked again at 2026-11-28T12:05:00.000Z; the last check, at 2026-11-28T11:55:00.000Z, said UNREACHABLE: nobody there',
    )
    expect(blocker.next).toMatch(/^Set another password\. .*\/resume/)
  })

  it('names the host and its last failure for a run that waits for it', () => {
    const parked = {
      status: 'parked',
      holder: null,
      wakeAt: ago(-1),
      parkedReason: 'CIRCUIT_OPEN',
      parkedMessage: 'api.example.com has failed',
    } as const
    expect(explainWhy(facts({}, parked)).blocker).toMatchObject({
      code: 'RUN_PARKED',
      reason: 'CIRCUIT_OPEN',
      message: 'run r1 is parked: CIRCUIT_OPEN: api.example.com has failed',
      who: 'owner',
      next: expect.stringMatching(/^Check that the host/u),
    })
    expect(explainWhy(facts({}, { ...parked, parkedReason: 'RATE_LIMITED' })).blocker).toMatchObject({ who: 'nobody', clearsAt: parked.wakeAt })
  })

  it('says what to do about a Redis that answers and stores nothing', () => {
    const queueProblem = "Redis refuses to store: OOM command not allowed when used memory > 'maxmemory'."
    expect(explainWhy(facts({ queueProblem }, { ...queued, movedAt: ago(0.1) })).blocker).toMatchObject({
      code: 'QUEUE_UNREACHABLE',
      who: 'operator',
      message: expect.stringContaining('takes no jobs: Redis refuses to store: OOM'),
      next: expect.stringContaining('more memory'),
    })
  })

  it('names the process that sends no heartbeat any more: it may still exist, and hang', () => {
    const { blocker } = explainWhy(facts({ processes: [{ ...worker, id: 'h:42:w', alive: false }] }, queued))
    expect(blocker).toMatchObject({
      code: 'NO_WORKER',
      message: expect.stringContaining('h:42:w'),
      next: expect.stringContaining('hangs or was stopped'),
    })
  })

  it('asks the owner about a limit that lets nothing through for a day', () => {
    const limited = {
      status: 'parked',
      holder: null,
      wakeAt: ago(-40),
      parkedReason: 'RATE_LIMITED',
      parkedMessage: 'status 429',
      attempt: 3,
    } as const
    const whoOf = (lastSuccessAt: Date | null, attempt: number) => explainWhy(facts({ lastSuccessAt }, { ...limited, attempt })).blocker.who
    expect(explainWhy(facts({ lastSuccessAt: ago(1_500) }, limited)).blocker).toMatchObject({
      code: 'RUN_PARKED',
      reason: 'RATE_LIMITED',
      who: 'owner',
      next: expect.stringContaining('higher limit'),
      clearsAt: limited.wakeAt,
    })
    expect([whoOf(ago(60), 9), whoOf(ago(1_500), 2), whoOf(null, 9)]).toEqual(['nobody', 'nobody', 'nobody'])
  })

  const ended = { reason: null, message: null, next: null, warnings: [], quarantined: 0, quarantinedFor: null } as const
  const failed = { ...ended, outcome: 'failed', reason: 'TIMEOUT', message: 'no answer within 20 s' } as const

  it('says what the active run is retrying, and so why it makes no progress', () => {
    const running = explainWhy(facts({ lastRun: failed, consecutiveFailures: 2 }, { movedAt: ago(1) })).blocker
    expect(running.message).toMatch(/; the 2 runs before failed: TIMEOUT: no answer within 20 s$/)
    expect(explainWhy(facts({ lastRun: failed, consecutiveFailures: 1 }, {})).blocker).toMatchObject({ code: 'RUN_STALLED' })
    expect(explainWhy(facts({ lastRun: failed, consecutiveFailures: 1 }, {})).blocker.message).toContain('the run before failed: TIMEOUT')
    expect(explainWhy(facts({ lastRun: { ...ended, outcome: 'ok' } }, { movedAt: ago(1) })).blocker.message).not.toContain('before failed')
  })

  it('asks a person to look once the other side has failed three times', () => {
    const backingOff = (consecutiveFailures: number) => explainWhy(facts({ lastRun: failed, restartAt: ago(-1), consecutiveFailures })).blocker
    expect([1, 2, 3].map((n) => backingOff(n).who)).toEqual(['nobody', 'nobody', 'owner'])
    expect(backingOff(3).message).toMatch(/^the last 3 runs failed: no answer within 20 s/)
  })

  it('does not call a source healthy whose last run failed before it was paused and resumed', () => {
    expect(explainWhy(facts({ lastRun: failed })).blocker).toMatchObject({
      code: 'BACK_OFF',
      message: 'the last run failed: no answer within 20 s; it is retried at its next due time',
      clearsAt: ago(-5),
    })
  })

  it('never calls a partial run healthy', () => {
    const partial = (change: object) => explainWhy(facts({ lastRun: { ...ended, outcome: 'partial', ...change } })).blocker
    expect(partial({ reason: 'READING_INCOMPLETE', message: 'items: a record without a key', next: 'Look.', quarantined: 7 })).toMatchObject({
      code: 'PARTIAL',
      who: 'owner',
      reason: 'READING_INCOMPLETE',
      message: 'the last run was partial: items: a record without a key; 7 records went to quarantine',
      next: 'Look. See `inlet quarantine {source}` (GET /v1/sources/{id}/quarantine).',
      inQuarantine: true,
    })
    expect(partial({ quarantined: 1, quarantinedFor: { reason: 'FILE_UNREADABLE', message: 'a.csv does not exist' } })).toMatchObject({
      reason: 'FILE_UNREADABLE',
      message: 'the last run was partial: one record went to quarantine: a.csv does not exist',
    })
    expect(partial({})).toMatchObject({ code: 'PARTIAL', next: expect.stringContaining('inlet runs --source'), inQuarantine: false })
  })

  it('asks operators about files that workers may not read, however the run ended', () => {
    const unreadable = { reason: 'FILE_NOT_READABLE', message: 'in/a.csv may not be read by this process' }
    const step = expect.stringContaining('An operator has to allow the user of the workers')
    const after = (change: object) => explainWhy(facts({ lastRun: { ...ended, outcome: 'partial', ...change } })).blocker
    expect(after(unreadable)).toMatchObject({ code: 'PARTIAL', who: 'operator', next: step })
    expect(after({ quarantined: 2, quarantinedFor: unreadable })).toMatchObject({ code: 'PARTIAL', who: 'operator', next: step })
    expect(after({ outcome: 'failed', reason: 'QUARANTINE_BUDGET', quarantinedFor: unreadable })).toMatchObject({ who: 'operator' })
    expect(after({ outcome: 'failed', reason: 'QUARANTINE_BUDGET', quarantinedFor: null })).toMatchObject({ who: 'owner' })
    const share = (reason: string) => explainWhy(facts({ quarantine: { message: '12 of 36 records', next: 'Look.', reason } })).blocker
    expect(share('FILE_NOT_READABLE')).toMatchObject({ code: 'QUARANTINE_SHARE', who: 'operator', next: 'Look.' })
    expect(share('MAPPING_FAILED')).toMatchObject({ who: 'owner' })
    expect(explainWhy(facts({ status: 'ERROR', statusReason: 'FILE_NOT_READABLE' })).blocker).toMatchObject({ who: 'operator', next: step })
  })

  it('says that pushes are refused, and since when', () => {
    const refusedPush = { at: ago(2), message: 'the signature does not fit' }
    const { blocker } = explainWhy(facts({ pushed: true, scheduled: false, nextTickAt: null, refusedPush }))
    expect(blocker).toMatchObject({ code: 'PUSH_REFUSED', who: 'owner', reason: 'SIGNATURE_INVALID' })
    expect(blocker.message).toMatch(/^the latest push, 2 min ago \(2026.*\), was refused: the signature does not fit$/)
  })

  it('names the queue and its server whatever the runs look like, but not for a source that somebody stopped', () => {
    const codeOf = (change: object, ofRun: object | null = null) => explainWhy(facts({ queueProblem: 'no answer', ...change }, ofRun)).blocker.code
    const parked = { status: 'parked', holder: null, wakeAt: ago(-1), parkedReason: 'RATE_LIMITED' }
    for (const ofRun of [null, {}, { movedAt: ago(1) }, { waitingBytes: 9 }, { holder: { id: 'gone', until: ago(-0.2) } }, queued, parked])
      expect([ofRun, codeOf({}, ofRun)]).toEqual([ofRun, 'QUEUE_UNREACHABLE'])
    expect([codeOf({ status: 'STOPPED' }), codeOf({ status: 'ERROR', statusReason: 'AUTH_FAILED' })]).toEqual(['STOPPED', 'AUTH_FAILED'])
    expect(explainWhy(facts({ queueProblem: 'no answer' })).blocker).toMatchObject({
      message: 'the queue (Redis at 10.0.0.5:6379) does not answer: no answer',
      next: expect.stringContaining('Start Redis at 10.0.0.5:6379'),
    })
  })

  it('names a database that refuses, however the processes look, but not for a source that somebody stopped', () => {
    const full = { ...worker, id: 's1', role: 'scribe', reason: 'DISK_FULL', problem: 'the disk of the database is full' } as const
    for (const ofRun of [null, {}, queued])
      expect(explainWhy(facts({ processes: [worker, full] }, ofRun)).blocker).toMatchObject({
        code: 'DATABASE_REFUSES',
        reason: 'DISK_FULL',
        who: 'operator',
        message: 'scribe s1 cannot store: the disk of the database is full',
        next: REASONS.DISK_FULL.next,
      })
    const databaseProblem = { reason: 'DATABASE_UNAVAILABLE', message: 'it is read-only', next: 'Promote it.' }
    expect(explainWhy(facts({ databaseProblem, processes: [] }, {})).blocker).toMatchObject({ message: 'it is read-only', next: 'Promote it.' })
    expect(explainWhy(facts({ databaseProblem, status: 'STOPPED' })).blocker.code).toBe('STOPPED')
    expect(explainWhy(facts({ processes: [worker, { ...full, alive: false }] }, {})).blocker.code).toBe('RUN_STALLED')
  })

  it('says whose clock is wrong when scribes are alive but none stores', () => {
    const scribe = { ...worker, id: 's1', role: 'scribe', refuses: 'clock', problem: 'its clock is 7200.0 s behind' } as const
    const waiting = { waitingBytes: 7, movedAt: ago(0.1) }
    expect(explainWhy(facts({ processes: [worker, scribe] }, waiting)).blocker).toMatchObject({
      code: 'SCRIBE_DOWN',
      who: 'operator',
      message: '7 bytes of the run wait to be stored and no scribe takes work: its clock is 7200.0 s behind',
      next: expect.stringContaining('NTP'),
    })
    const other = { ...scribe, id: 's2', refuses: null, problem: null }
    expect(explainWhy(facts({ processes: [worker, scribe, other] }, waiting)).blocker.code).toBe('RUN_ACTIVE')
  })
})
