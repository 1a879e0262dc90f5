import { gapOf, type Pace, type PaceRequest } from '@inlet/connector-sdk'
import { type Database, isLimited, type Reservation, reportResponse, reserveSlots } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { Logger } from '@inlet/observability'
import { monotonicNow, sleep } from '@inlet/runtime'

/** The pace that all workers keep together, by host and credential; see `request_limits`. */
export interface SharedPaces {
  /**
   * @param credential a fingerprint of the secrets; null for anonymous requests
   * @param waitsAs `run`: waits up to half a minute. `call`: a client waits for the answer, and wants to know whether a host has recovered after a
   * cooldown.
   */
  of(credential: string | null, waitsAs: 'run' | 'call'): Pace
}

const LONGEST_WAIT_MS = { run: 30_000, call: 5_000 } as const
/** Limits the total wait, however often other workers take the slots first. */
const LONGEST_TOTAL_FACTOR = 2
const REFRESH_MS = 1_000
const MAX_BUCKETS = 10_000

export const createSharedPaces = (database: Database, log: Pick<Logger, 'warn'>): SharedPaces => {
  const buckets = new Map<string, Bucket>()
  const bucketOf = (key: string): Bucket => {
    const bucket = buckets.get(key) ?? createBucket(monotonicNow)
    buckets.delete(key)
    buckets.set(key, bucket)
    for (const oldest of buckets.keys()) {
      if (buckets.size <= MAX_BUCKETS) break
      buckets.delete(oldest)
    }
    return bucket
  }

  /** Hosts without limits cost no round trip: limits found by other workers are learned within a second. */
  const refresh = (key: string, bucket: Bucket): void => {
    const seen = bucket.look(REFRESH_MS)
    if (seen === null) return
    void isLimited(database, key).then(seen, (error: unknown) => log.warn({ err: error, key }, 'the limits of a host could not be read; retrying'))
  }

  const reserve = async (key: string, request: PaceRequest, longestWaitMs: number): Promise<Reservation> => {
    const bucket = bucketOf(key)
    const gapMs = request.perMinute === undefined ? null : gapOf(request.perMinute)
    const reservedWaitMs = gapMs === null ? null : bucket.next(gapMs)
    if (reservedWaitMs !== null && !bucket.limited) {
      refresh(key, bucket)
      return { taken: true, waitMs: reservedWaitMs, blockedBy: 'RATE_LIMITED', failures: 0, lastFailure: null, limited: false }
    }
    const count = gapMs === null || bucket.limited ? 1 : bucket.reservation(gapMs)
    const slots = await reserveSlots(database, { key, host: request.host, gapMs, count, longestWaitMs })
    bucket.setLimited(slots.limited)
    if (slots.taken && gapMs !== null && count > 1) bucket.keep({ waitMs: slots.waitMs, gapMs, count })
    return slots
  }

  return {
    of: (credential, waitsAs) => {
      const keyOf = (host: string): string => (credential === null ? host : `${host} ${credential}`)
      const longest = LONGEST_WAIT_MS[waitsAs]
      return {
        take: async (request) => {
          const key = keyOf(request.host)
          const bucket = bucketOf(key)
          if (request.perMinute === undefined && !bucket.limited) return refresh(key, bucket)
          const giveUpAt = monotonicNow() + longest * LONGEST_TOTAL_FACTOR
          for (;;) {
            const slots = await bucket.inTurn(() => reserve(key, request, longest))
            const isOpenCircuit = slots.blockedBy === 'CIRCUIT_OPEN' && !slots.taken
            if (isOpenCircuit && waitsAs === 'call') return
            if (!slots.taken && (slots.waitMs > longest || monotonicNow() + slots.waitMs > giveUpAt)) throw tooLong(request.host, slots, credential)
            if (slots.waitMs > 0) await sleep(slots.waitMs, request.signal)
            if (slots.taken) return
          }
        },
        report: async (host, { host: verdict, failure, refusal, cooldownMs, quota }) => {
          const key = keyOf(host)
          const bucket = bucketOf(key)
          const isNews = verdict === 'failed' || cooldownMs !== undefined || quota !== undefined || (bucket.limited && verdict === 'served')
          if (!isNews) return
          bucket.setLimited(true)
          await reportResponse(database, {
            key,
            host,
            served: verdict === 'served',
            failure: verdict === 'failed' ? (failure ?? 'it failed') : null,
            refusal: refusal ?? null,
            cooldownMs: cooldownMs ?? null,
            quota: quota ?? null,
          }).catch((error: unknown) => log.warn({ err: error, host }, 'the limits of a host could not be stored'))
        },
      }
    },
  }
}

const tooLong = (host: string, { blockedBy, waitMs, failures, lastFailure }: Reservation, credential: string | null): Failure =>
  blockedBy === 'CIRCUIT_OPEN'
    ? new Failure(
        'CIRCUIT_OPEN',
        `${host} has failed ${failures} times in a row and is left alone for ${seconds(waitMs)}; the last failure: ${lastFailure ?? 'unknown'}`,
        { retryAfterMs: waitMs },
      )
    : new Failure(
        'RATE_LIMITED',
        `${host} takes no requests for ${seconds(waitMs)} from any source that ${credential === null ? 'sends it no secrets' : 'uses the same secrets'}: ${lastFailure ?? 'it asked for that, or the quota that it reported is used up'}`,
        { retryAfterMs: waitMs },
      )

const seconds = (ms: number): string => `${Math.ceil(ms / 1000)} s`

/** The slots that this worker has reserved at a host with one credential. */
export interface Bucket {
  /** Whether each request needs its own reservation, because something other than spacing holds requests back. */
  readonly limited: boolean
  setLimited(limited: boolean): void
  /**
   * Returns null while the known state is younger than `everyMs`; otherwise a function that takes the result of a new check, which is ignored if
   * something newer was learned meanwhile.
   */
  look(everyMs: number): ((limited: boolean) => void) | null
  /** Returns how many slots to reserve at once, so that fast sources do not make a reservation for each request. */
  reservation(gapMs: number): number
  /** Keeps reserved slots, of which the first is used at once. */
  keep(slots: { readonly waitMs: number; readonly gapMs: number; readonly count: number }): void
  /** Runs work in sequence, so that slots reserved concurrently are not lost. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
  /** Uses a reserved slot: returns the milliseconds until it, or null if there is none with this spacing. */
  next(gapMs: number): number | null
}

/** Slots are reserved for this long at once. */
const RESERVED_MS = 100

/** @param monotonicMs a clock that never goes back */
export const createBucket = (monotonicMs: () => number): Bucket => {
  const state = { limited: false, checkedAt: Number.NEGATIVE_INFINITY, changes: 0, reserved: 0, nextAt: 0, gapMs: 0 }
  let last: Promise<unknown> = Promise.resolve()
  return {
    inTurn: (work) => {
      const result = last.then(work)
      last = result.catch(() => {})
      return result
    },
    get limited() {
      return state.limited
    },
    setLimited: (limited) => {
      state.limited = limited
      state.checkedAt = monotonicMs()
      state.changes++
    },
    look: (everyMs) => {
      const now = monotonicMs()
      if (now - state.checkedAt < everyMs) return null
      state.checkedAt = now
      const changes = state.changes
      return (limited) => {
        if (state.changes === changes) state.limited = limited
      }
    },
    reservation: (gapMs) => Math.max(1, Math.floor(RESERVED_MS / gapMs)),
    keep: ({ waitMs, gapMs, count }) => Object.assign(state, { reserved: count - 1, nextAt: monotonicMs() + waitMs + gapMs, gapMs }),
    next: (gapMs) => {
      if (state.reserved === 0 || state.gapMs !== gapMs) return null
      state.reserved--
      const waitMs = state.nextAt - monotonicMs()
      state.nextAt += gapMs
      return Math.max(0, waitMs)
    },
  }
}
