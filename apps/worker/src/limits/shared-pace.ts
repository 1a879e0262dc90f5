import { gapOf, type Pace, type PaceRequest } from '@inlet/connector-sdk'
import { type Database, isLimited, type Places, reportAnswer, takePlaces } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { Logger } from '@inlet/observability'
import { monotonicNow, sleep } from '@inlet/runtime'
import { createLane, type Lane } from './lane.js'

/** What all workers keep to together, by host and credential; see `request_limits`. */
export interface SharedPaces {
  /**
   * @param credential a fingerprint of the secrets; null for anonymous requests
   * @param patience `run`: waits up to half a minute. `call`: somebody waits for the answer, and wants to know whether a
   * host that was left alone is back.
   */
  of(credential: string | null, patience: 'run' | 'call'): Pace
}

const LONGEST_WAIT_MS = { run: 30_000, call: 5_000 } as const
/** However often others were faster. */
const LONGEST_TOTAL_FACTOR = 2
const REFRESH_MS = 1_000
const MAX_LANES = 10_000

export const createSharedPaces = (database: Database, log: Pick<Logger, 'warn'>): SharedPaces => {
  const lanes = new Map<string, Lane>()
  const laneOf = (key: string): Lane => {
    const lane = lanes.get(key) ?? createLane(monotonicNow)
    lanes.delete(key)
    lanes.set(key, lane)
    for (const oldest of lanes.keys()) {
      if (lanes.size <= MAX_LANES) break
      lanes.delete(oldest)
    }
    return lane
  }

  /** Hosts without limits cost no round trip: what others learn about them is heard of within a second. */
  const refresh = (key: string, lane: Lane): void => {
    const seen = lane.look(REFRESH_MS)
    if (seen === null) return
    void isLimited(database, key).then(seen, (error: unknown) => log.warn({ err: error, key }, 'the limits of a host could not be read; tried again'))
  }

  const reserve = async (key: string, request: PaceRequest, longestWaitMs: number): Promise<Places> => {
    const lane = laneOf(key)
    const gapMs = request.perMinute === undefined ? null : gapOf(request.perMinute)
    const kept = gapMs === null ? null : lane.next(gapMs)
    if (kept !== null && !lane.limited) {
      refresh(key, lane)
      return { taken: true, waitMs: kept, blockedBy: 'RATE_LIMITED', limited: false }
    }
    const count = gapMs === null || lane.limited ? 1 : lane.share(gapMs)
    const places = await takePlaces(database, { key, host: request.host, gapMs, count, longestWaitMs })
    lane.setLimited(places.limited)
    if (places.taken && gapMs !== null && count > 1) lane.keep({ waitMs: places.waitMs, gapMs, count })
    return places
  }

  return {
    of: (credential, patience) => {
      const keyOf = (host: string): string => (credential === null ? host : `${host} ${credential}`)
      const longest = LONGEST_WAIT_MS[patience]
      return {
        take: async (request) => {
          const key = keyOf(request.host)
          const lane = laneOf(key)
          if (request.perMinute === undefined && !lane.limited) return refresh(key, lane)
          const giveUpAt = monotonicNow() + longest * LONGEST_TOTAL_FACTOR
          for (;;) {
            const places = await lane.inTurn(() => reserve(key, request, longest))
            const isOpenCircuit = places.blockedBy === 'CIRCUIT_OPEN' && !places.taken
            if (isOpenCircuit && patience === 'call') return
            if (!places.taken && (places.waitMs > longest || monotonicNow() + places.waitMs > giveUpAt)) throw tooLong(request.host, places)
            if (places.waitMs > 0) await sleep(places.waitMs, request.signal)
            if (places.taken) return
          }
        },
        report: async (host, { host: verdict, silenceMs, quota }) => {
          const key = keyOf(host)
          const lane = laneOf(key)
          const isNews = verdict === 'failed' || silenceMs !== undefined || quota !== undefined || (lane.limited && verdict === 'served')
          if (!isNews) return
          lane.setLimited(true)
          await reportAnswer(database, {
            key,
            host,
            served: verdict === 'served',
            failed: verdict === 'failed',
            silenceMs: silenceMs ?? null,
            quota: quota ?? null,
          }).catch((error: unknown) => log.warn({ err: error, host }, 'the limits of a host could not be stored'))
        },
      }
    },
  }
}

const tooLong = (host: string, { blockedBy, waitMs }: Places): Failure =>
  blockedBy === 'CIRCUIT_OPEN'
    ? new Failure('CIRCUIT_OPEN', `${host} has failed again and again and is left alone for ${seconds(waitMs)}`, { retryAfterMs: waitMs })
    : new Failure('RATE_LIMITED', `the limit of ${host} is used up for ${seconds(waitMs)}`, { retryAfterMs: waitMs })

const seconds = (ms: number): string => `${Math.ceil(ms / 1000)} s`
