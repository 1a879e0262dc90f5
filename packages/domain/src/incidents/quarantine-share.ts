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
