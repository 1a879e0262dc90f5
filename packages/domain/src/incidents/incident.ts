export const INCIDENT_KINDS = ['error', 'stale', 'quarantine', 'content'] as const
/**
 * `error`: the source waits for a person, or fails again and again; `stale`: it misses its freshness objective; `quarantine`: more than a small
 * share of its records cannot be stored; `content`: its last run guessed, left out or read in part more than it may.
 */
export type IncidentKind = (typeof INCIDENT_KINDS)[number]

export const INCIDENT_ENDS = ['recovered', 'withdrawn'] as const
/** `withdrawn`: its owner paused, stopped or deleted the source, so that nobody need be notified. */
export type IncidentEnd = (typeof INCIDENT_ENDS)[number]

export const NOTIFIED_EVENTS = [...INCIDENT_KINDS, 'recovery'] as const
/** What a target wants to receive. */
export type NotifiedEvent = (typeof NOTIFIED_EVENTS)[number]

/** A source that would be tried again by itself counts as broken from so many failures in a row. */
export const FAILURES_FOR_INCIDENT = 3
/** When more incidents than this open within a minute, one message sums them up. */
export const MAX_MESSAGES_A_MINUTE = 20

/** What happened to an incident and is to be reported. */
export interface IncidentNews {
  readonly kind: IncidentKind
  readonly what: 'opened' | 'closed'
  readonly sourceId: string
  readonly labels: Readonly<Record<string, string>>
}

export interface TargetFilter {
  readonly events: readonly string[]
  /** Ids of sources; empty: all. */
  readonly sources: readonly string[]
  /** All of these. */
  readonly labels: Readonly<Record<string, string>>
}

/** Whether a target is to be notified. Pure. */
export const isWanted = (filter: TargetFilter, { kind, what, sourceId, labels }: IncidentNews): boolean =>
  filter.events.includes(what === 'closed' ? 'recovery' : kind) &&
  (filter.sources.length === 0 || filter.sources.includes(sourceId)) &&
  Object.entries(filter.labels).every(([name, value]) => labels[name] === value)

/**
 * How news are sent: one message each; in one digest, when too many come at once; or later, when the last digest was less than a minute ago. Pure.
 * `recent`: incidents whose beginning was reported within the last minute.
 */
export const decideNotice = (facts: {
  readonly recent: number
  readonly opening: number
  readonly digestWithinMinute: boolean
}): 'each' | 'digest' | 'later' => {
  if (facts.recent + facts.opening <= MAX_MESSAGES_A_MINUTE) return 'each'
  return facts.digestWithinMinute ? 'later' : 'digest'
}

const DELAYS_SECONDS = [10, 60, 300, 900, 3_600, 10_800, 21_600] as const
/** Tries of a message, over about ten hours. */
export const MAX_TRIES = DELAYS_SECONDS.length + 1

/** How long to wait after so many tries have failed, in ms; null when it is given up. `random` from 0 to 1 spreads up to a tenth. Pure. */
export const nextTryMs = (tries: number, random: number): number | null => {
  const seconds = DELAYS_SECONDS[tries - 1]
  return seconds === undefined ? null : Math.round(seconds * 1_000 * (1 + random / 10))
}

/** Fewer records in quarantine than this say nothing of a mapping or connector. */
export const LEAST_QUARANTINED = 10

export interface QuarantineFacts {
  /** Open records in quarantine. */
  readonly quarantined: number
  /** Records that are stored and not deleted. */
  readonly live: number
}

const shareOf = ({ quarantined, live }: QuarantineFacts): number => quarantined / (quarantined + live)

/** Whether so many records are in quarantine that somebody should look; `percent` is the most that may be. Pure. */
export const exceedsShare = (facts: QuarantineFacts, percent: number): boolean =>
  facts.quarantined >= LEAST_QUARANTINED && shareOf(facts) * 100 > percent

/** The same for people; `reason` is what most of them failed with. */
export const describeShare = (facts: QuarantineFacts, reason: string): string =>
  `${facts.quarantined} of ${facts.quarantined + facts.live} records (${Math.round(shareOf(facts) * 100)} %) are in quarantine, most of them with ${reason}`
