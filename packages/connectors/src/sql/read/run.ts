import { type Cursor, incomplete, type Page, type ReadEnd, type RecordKey, type SourceRecord } from '@inlet/connector-sdk'
import type { StreamPlan } from '../plan/stream-plan.js'
import type { RawRow, RowSource } from './row-source.js'

/** The settings that bound a read. */
export interface ReadLimits {
  readonly maxRows?: number | undefined
  readonly maxTransactionSeconds: number
  readonly sweepEveryRuns: number
}

/** One read of one stream, with what its parts share. */
export interface Run {
  readonly source: RowSource
  readonly config: ReadLimits
  readonly plan: StreamPlan
  readonly keyOf: (row: RawRow) => RecordKey
  readonly recordOf: (row: RawRow) => SourceRecord
  /** Milliseconds on a monotonic clock. */
  readonly clock: () => number
  /** `done` is shown to people; `limited` counts towards `maxRows`. */
  readonly count: { done: number; limited: number }
  /** The previous row of a read by key: with a key chosen in the settings, two rows may share one. */
  readonly before?: { key: string; row: RawRow | null }
}

/** Returns how many more rows this run may read. */
export const remainingRows = (run: Run): number => (run.config.maxRows ?? Number.POSITIVE_INFINITY) - run.count.limited

/** It is not known then whether rows were left; the next run continues, or starts over if there is no position. */
export const cutByLimit = ({ config, plan }: Run): ReadEnd =>
  incomplete(
    plan.key.length === 0 && plan.cursor === null
      ? `the limit of ${config.maxRows} rows a run was reached, and without a key the next run begins at the same place`
      : `the limit of ${config.maxRows} rows a run was reached; the next run continues there`,
  )

export interface Paging {
  /** Absent: the pages carry no position. */
  readonly cursorOf?: (position: readonly string[]) => Cursor | undefined
  /** Rows that are only read again do not count towards `maxRows`. */
  readonly again?: boolean
}

/** A page, and its end position in the order of the plan. */
export interface PlacedPage {
  readonly page: Page
  readonly position: readonly string[] | null
}
