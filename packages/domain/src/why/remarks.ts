import type { Blocker } from './blocker.js'
import type { WhyFacts } from './why-facts.js'

export const REMARK_CODES = ['IN_QUARANTINE'] as const

/** Something to know about a source that does not keep it from running. */
export interface Remark {
  readonly code: (typeof REMARK_CODES)[number]
  readonly message: string
  readonly next: string
}

/** Returns what else is to be said of a source, unless its blocker already says it. Pure. */
export const remarksOn = (
  { quarantined, deleting }: Pick<WhyFacts, 'quarantined' | 'deleting'>,
  { inQuarantine }: Pick<Blocker, 'inQuarantine'>,
): readonly Remark[] => {
  if (quarantined === null || deleting || inQuarantine === true) return []
  const { records, latestReason } = quarantined
  return [
    {
      code: 'IN_QUARANTINE',
      // Without the message of a record, which may quote it: agents read this as ours.
      message: `${records === 1 ? 'one record is' : `${records} records are`} in quarantine and not stored (${records === 1 ? '' : 'the latest: '}${latestReason})`,
      next: 'See `inlet quarantine {source}` (GET /v1/sources/{id}/quarantine).',
    },
  ]
}
