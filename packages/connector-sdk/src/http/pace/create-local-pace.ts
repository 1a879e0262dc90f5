import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '@inlet/domain'
import { createSpacing, gapOf, type Spacing } from './create-spacing.js'
import type { Pace } from './pace.js'

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
