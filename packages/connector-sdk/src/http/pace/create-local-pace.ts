import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '@inlet/domain'
import type { Pace } from './pace.js'

/** The share of the allowed rate to use, so that requests with different travel times do not add up to one too many. */
const MARGIN = 0.97

/** Milliseconds between two requests. */
export const gapOf = (perMinute: number): number => 60_000 / (perMinute * MARGIN)

/** Spaces requests evenly: no bursts, and unused time does not accumulate. */
interface Spacing {
  /** Reserves the next slot; returns the milliseconds until the caller may send. */
  reserve(gapMs: number): number
}

/** @param monotonicMs a clock that never goes back, e.g. `performance.now` */
export const createSpacing = (monotonicMs: () => number): Spacing => {
  const state = { nextAt: Number.NEGATIVE_INFINITY }
  return {
    reserve: (gapMs) => {
      const now = monotonicMs()
      const at = Math.max(now, state.nextAt)
      state.nextAt = at + gapMs
      return at - now
    },
  }
}

/** The pace of a single process: keeps to the rate in the settings and learns nothing from responses. */
export const createLocalPace = (monotonicMs: () => number = () => performance.now()): Pace => {
  const hosts = new Map<string, Spacing>()
  const spacingOf = (host: string): Spacing => {
    const known = hosts.get(host) ?? createSpacing(monotonicMs)
    hosts.set(host, known)
    return known
  }
  return {
    take: async ({ host, perMinute, signal }) => {
      if (perMinute === undefined) return
      const waitMs = spacingOf(host).reserve(gapOf(perMinute))
      if (waitMs <= 0) return
      await delay(waitMs, undefined, { signal }).catch((cause: unknown) => {
        throw new Failure('CANCELLED', 'the request was cancelled', { cause })
      })
    },
    report: () => Promise.resolve(),
  }
}
