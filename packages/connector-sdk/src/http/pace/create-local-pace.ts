import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '@inlet/domain'
import type { Pace } from './pace.js'

/** Of what a source allows, so that requests which travel at different speeds do not arrive as one too many. */
const MARGIN = 0.97

/** Milliseconds between two requests. */
export const gapOf = (perMinute: number): number => 60_000 / (perMinute * MARGIN)

/** Spreads requests evenly: never in bursts, and nothing is saved up. */
interface Spacing {
  /** Milliseconds until the caller may send; the place is taken. */
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

/** The pace of one process alone: keeps to the rate of the settings and learns nothing from answers. */
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
