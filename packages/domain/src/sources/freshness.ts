export interface FreshnessFacts {
  readonly now: Date
  readonly createdAt: Date
  readonly lastSuccessAt: Date | null
  /** The freshness objective; null without one. */
  readonly freshWithinSeconds: number | null
}

export const FRESHNESS_STATES = ['fresh', 'stale', 'unknown'] as const

export interface Freshness {
  readonly state: (typeof FRESHNESS_STATES)[number]
  /** When a stale source began to miss its objective. */
  readonly staleSince: Date | null
}

/**
 * Decides whether the last success is recent enough. A new source has the time of its objective before it counts as stale; until then, and without an
 * objective, it is `unknown`. Pure; the reconciler's SQL implements the same rule.
 */
export const decideFreshness = ({ now, createdAt, lastSuccessAt, freshWithinSeconds }: FreshnessFacts): Freshness => {
  if (freshWithinSeconds === null) return { state: 'unknown', staleSince: null }
  const staleSince = new Date((lastSuccessAt ?? createdAt).getTime() + freshWithinSeconds * 1_000)
  if (staleSince <= now) return { state: 'stale', staleSince }
  return { state: lastSuccessAt === null ? 'unknown' : 'fresh', staleSince: null }
}
