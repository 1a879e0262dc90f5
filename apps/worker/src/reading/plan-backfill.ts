import type { Page, StreamSpec } from '@inlet/connector-sdk'
import type { BackfillPlan } from '@inlet/db'
import { Failure, type SourceRecord } from '@inlet/domain'

/** How a backfill run differs from an ordinary one. */
export interface ReadingPlan {
  /** The streams to read. */
  readonly specs: readonly StreamSpec[]
  /** Whether sweeps may delete: only if everything is read from the beginning. */
  readonly sweeps: boolean
  /** Whether an empty result is no reason for suspicion. */
  readonly mayBeEmpty: boolean
  /** Throws RANGE_NOT_POSSIBLE for a stream that a range would leave in a wrong state. */
  check(spec: StreamSpec): void
  readonly keep?: (page: Page) => Page
}

/** Plans a backfill; null is an ordinary run, which reads and keeps everything. Throws NOT_FOUND_UPSTREAM for an unknown stream. Pure. */
export const planBackfill = (backfill: BackfillPlan | null, all: readonly StreamSpec[]): ReadingPlan => {
  if (backfill === null) return { specs: all, sweeps: true, mayBeEmpty: false, check: () => {} }
  const { stream, from, to, cursorAt } = backfill
  const specs = stream === undefined ? all : all.filter(({ name }) => name === stream)
  if (specs.length === 0) throw new Failure('NOT_FOUND_UPSTREAM', `the source no longer has the stream "${stream ?? ''}"`, { field: 'stream' })
  const ranged = from !== undefined || to !== undefined
  const sweeps = !ranged && cursorAt === undefined
  return {
    specs,
    sweeps,
    mayBeEmpty: !sweeps,
    check(spec) {
      if (ranged && spec.deletes === 'events') throw new Failure('RANGE_NOT_POSSIBLE', `${spec.name} reports deletes as events`, { field: 'from' })
    },
    ...(sweeps ? {} : { keep: (page) => withoutSweep(ranged ? withinRange(page, { from, to }) : page) }),
  }
}

const withoutSweep = ({ sweep: _sweep, ...page }: Page): Page => page

/**
 * Keeps the records of a page that occurred within [from, to), times in ISO 8601. Records without a time, or only reported as present, cannot be
 * placed and are left out; what the connector rejected is left to the runs that read everything.
 */
const withinRange = (page: Page, range: Pick<BackfillPlan, 'from' | 'to'>): Page => {
  const from = range.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(range.from)
  const to = range.to === undefined ? Number.POSITIVE_INFINITY : Date.parse(range.to)
  const inside = ({ occurredAt }: SourceRecord): boolean => {
    if (occurredAt === undefined) return false
    const at = occurredAt instanceof Date ? occurredAt.getTime() : Date.parse(occurredAt)
    return at >= from && at < to
  }
  const { unchanged: _unchanged, rejected: _rejected, ...rest } = page
  return { ...rest, records: page.records.filter(inside) }
}
