import type { EndedRun } from '@inlet/db'
import type { RunOutcome } from '@inlet/domain'

/** How a run left this worker. */
export type RunResult =
  | {
      readonly left: 'ended'
      /** Null: somebody else has ended it. */
      readonly outcome: RunOutcome | null
      /** Whether records of its source may wait to be retried. */
      readonly retriesWait: boolean
    }
  | { readonly left: 'parked'; readonly waitMs: number }
  | { readonly left: 'released' | 'lost' }

export const toEnded = (ended: EndedRun | null): RunResult => ({
  left: 'ended',
  outcome: ended?.outcome ?? null,
  retriesWait: ended?.retriesWait ?? true,
})
