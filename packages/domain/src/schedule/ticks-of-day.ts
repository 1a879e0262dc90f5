import { type Cron, matchesDay } from './parse-cron.js'
import { type OffsetSpan, offsetSpans } from './zone-offsets.js'

export const DAY_MS = 86_400_000

/**
 * Returns the ticks after a moment within a UTC day (days since 1970-01-01) in ascending order (ms since 1970). Each local slot gets one, following
 * RFC 5545 (3.3.5) for local times: a slot that a clock change skips runs when it would have without the change, and one that occurs twice runs the
 * first time. Only a schedule of every hour continues through the repeated hour: it is meant as an interval, and must not pause.
 */
export const ticksOfDay = (cron: Cron, timeZone: string, day: number, after: number): Iterable<number> => {
  // No time zone is more than a day away from UTC, nor ever changed by more than a day.
  const localDays = [day - 1, day, day + 1].filter((local) => matchesDay(cron, local))
  if (localDays.length === 0) return []
  const [from, to] = [Math.max(day * DAY_MS, after + 1), (day + 1) * DAY_MS]
  const spans = firingSpans(offsetSpans(timeZone, (day - 1) * DAY_MS, to), cron.hours.length === 24)
  const perSpan = spans.map((span) => ticksWithin(cron, localDays, { ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) }))
  const [only] = perSpan
  return perSpan.length === 1 && only !== undefined ? only : [...new Set(perSpan.flatMap((ticks) => [...ticks]))].sort((a, b) => a - b)
}

const HOUR_MS = 3_600_000

/** Yields one after the other what the local slots of these days are with one offset: mostly just the next one is wanted, of 1,440 a day. */
function* ticksWithin(cron: Cron, localDays: readonly number[], { from, to, offsetMs }: OffsetSpan): Generator<number> {
  for (const day of localDays)
    for (const hour of cron.hours) {
      const start = day * DAY_MS + hour * HOUR_MS - offsetMs
      if (start + HOUR_MS <= from) continue
      for (const minute of cron.minutes) {
        const at = start + minute * 60_000
        if (at >= to) return
        if (at >= from) yield at
      }
    }
}

/**
 * Returns when the slots interpreted with each offset fire: an offset is extended by the length of a gap, and the next one starts after a repetition.
 */
const firingSpans = (spans: readonly OffsetSpan[], everyHour: boolean): readonly OffsetSpan[] =>
  spans.map((span, index) => {
    const skippedMs = (spans[index + 1]?.offsetMs ?? span.offsetMs) - span.offsetMs
    const repeatedMs = (spans[index - 1]?.offsetMs ?? span.offsetMs) - span.offsetMs
    return {
      offsetMs: span.offsetMs,
      from: span.from + (everyHour ? 0 : Math.max(0, repeatedMs)),
      to: span.to + Math.max(0, skippedMs),
    }
  })
