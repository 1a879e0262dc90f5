import { complete, type Failure, incomplete, type ReadEnd } from '@inlet/connector-sdk'
import type { Listed } from './item.js'

/** What a listing could not look into. */
export interface BlindSpots {
  record(entry: Exclude<Listed, { readonly item: unknown }>): void
  readonly any: boolean
  end(): ReadEnd
}

/** Collects the folders that could not be read: a missing item may be there, so the read was not complete. */
export const createBlindSpots = (): BlindSpots => {
  let count = 0
  let first: { readonly key: string; readonly failure: Failure } | undefined
  return {
    record(entry) {
      if (!entry.blind) return
      count++
      first ??= entry
    },
    get any() {
      return count > 0
    },
    end: () =>
      first === undefined
        ? complete('the listing came to its end')
        : incomplete(
            `${count === 1 ? 'one folder could not be listed' : `${count} folders could not be listed; the first`}: ${first.key === '' ? 'the folder itself' : first.key}: ${first.failure.message}`,
            // Its reason says who repairs it.
            first.failure.reason === 'FILE_NOT_READABLE' ? first.failure.reason : undefined,
          ),
  }
}
