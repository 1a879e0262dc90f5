export const INCIDENT_KINDS = ['error', 'stale', 'quarantine', 'content'] as const
/**
 * `error`: the source waits for a person, or fails repeatedly; `stale`: it misses its freshness objective; `quarantine`: more than a small share of
 * its records cannot be stored; `content`: its last run guessed, left out or read only in part more than is acceptable, refused to
 * delete most records, or found none any more, or one of its streams is not read, run after run.
 */
export type IncidentKind = (typeof INCIDENT_KINDS)[number]

export const INCIDENT_ENDS = ['recovered', 'withdrawn'] as const
/** `withdrawn`: its owner paused, stopped or deleted the source, so that nobody need be notified. */
export type IncidentEnd = (typeof INCIDENT_ENDS)[number]

export const NOTIFIED_EVENTS = [...INCIDENT_KINDS, 'recovery'] as const
/** An event that a target can subscribe to. */
export type NotifiedEvent = (typeof NOTIFIED_EVENTS)[number]

/** A source that is retried automatically counts as broken from this many consecutive failures. */
export const FAILURES_FOR_INCIDENT = 3
/** If more incidents than this open within a minute, one message summarizes them. */
export const MAX_MESSAGES_A_MINUTE = 20

/** The opening or closing of an incident, to be reported. */
export interface IncidentNews {
  readonly kind: IncidentKind
  readonly what: 'opened' | 'closed'
  readonly sourceId: string
  readonly labels: Readonly<Record<string, string>>
}

export interface TargetFilter {
  readonly events: readonly string[]
  /** Source ids; empty: all sources. */
  readonly sources: readonly string[]
  /** A source must have all of these. */
  readonly labels: Readonly<Record<string, string>>
}

/** Whether a target is to be notified. Pure. */
export const isWanted = (filter: TargetFilter, { kind, what, sourceId, labels }: IncidentNews): boolean =>
  filter.events.includes(what === 'closed' ? 'recovery' : kind) &&
  (filter.sources.length === 0 || filter.sources.includes(sourceId)) &&
  Object.entries(filter.labels).every(([name, value]) => labels[name] === value)

/**
 * Decides how to send news: one message each; in one digest, if too many come at once; or later, if the last digest was less than a minute ago.
 * `recent`: incidents whose opening was reported within the last minute. Pure.
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
/** Attempts to deliver a message, over about ten hours. */
export const MAX_TRIES = DELAYS_SECONDS.length + 1

/**
 * Returns how long to wait after this many failed attempts, in ms; null when the message is given up. `random` from 0 to 1 adds up to a tenth. Pure.
 */
export const nextTryMs = (tries: number, random: number): number | null => {
  const seconds = DELAYS_SECONDS[tries - 1]
  return seconds === undefined ? null : Math.round(seconds * 1_000 * (1 + random / 10))
}

/** Fewer records in quarantine than this say nothing about a mapping or connector. */
export const LEAST_QUARANTINED = 10

export interface QuarantineFacts {
  /** Open records in quarantine. */
  readonly quarantined: number
  /** Records that are stored and not deleted. */
  readonly live: number
}

const shareOf = ({ quarantined, live }: QuarantineFacts): number => quarantined / (quarantined + live)

/** Whether enough records are in quarantine to deserve attention; `percent` is the accepted maximum. Pure. */
export const exceedsShare = (facts: QuarantineFacts, percent: number): boolean =>
  facts.quarantined >= LEAST_QUARANTINED && shareOf(facts) * 100 > percent

/** Describes it in words; `reason` is what most of them failed with. */
export const describeShare = (facts: QuarantineFacts, reason: string): string =>
  `${facts.quarantined} of ${facts.quarantined + facts.live} records (${Math.round(shareOf(facts) * 100)} %) are in quarantine, most of them with ${reason}`
