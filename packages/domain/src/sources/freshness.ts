export interface FreshnessFacts {
  readonly now: Date
  readonly createdAt: Date
  readonly lastSuccessAt: Date | null
  /** The objective; null without one. */
  readonly freshWithinSeconds: number | null
}

export const FRESHNESS_STATES = ['fresh', 'stale', 'unknown'] as const

export interface Freshness {
  readonly state: (typeof FRESHNESS_STATES)[number]
  /** Since when a stale source has missed its objective. */
  readonly staleSince: Date | null
}

/**
 * Whether the last success is as recent as it should be. A new source is given its objective's time before it counts as
 * stale; until then, and without an objective, it is unknown. Pure; the reconciler's SQL says the same.
 */
export const decideFreshness = ({ now, createdAt, lastSuccessAt, freshWithinSeconds }: FreshnessFacts): Freshness => {
  if (freshWithinSeconds === null) return { state: 'unknown', staleSince: null }
  const staleSince = new Date((lastSuccessAt ?? createdAt).getTime() + freshWithinSeconds * 1_000)
  if (staleSince <= now) return { state: 'stale', staleSince }
  return { state: lastSuccessAt === null ? 'unknown' : 'fresh', staleSince: null }
}
