import type { EndedRun } from '@inlet/db'
import type { RunOutcome } from '@inlet/domain'

/** How a run left this worker. */
export type RunResult =
  | {
      readonly left: 'ended'
      /** Null: it was ended elsewhere. */
      readonly outcome: RunOutcome | null
      /** Whether records of its source may be waiting for a retry. */
      readonly retriesWait: boolean
    }
  | { readonly left: 'parked'; readonly waitMs: number }
  | { readonly left: 'released' | 'lost' }

export const toEnded = (ended: EndedRun | null): RunResult => ({
  left: 'ended',
  outcome: ended?.outcome ?? null,
  retriesWait: ended?.retriesWait ?? true,
})
