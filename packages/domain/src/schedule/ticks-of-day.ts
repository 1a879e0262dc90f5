import { type Cron, matchesDay } from './parse-cron.js'
import { type OffsetSpan, offsetSpans } from './zone-offsets.js'

export const DAY_MS = 86_400_000

/**
 * Returns the ticks within a UTC day (days since 1970-01-01) in ascending order (ms since 1970). Each local slot gets one, following RFC 5545 (3.3.5)
 * for local times: a slot that a clock change skips runs when it would have without the change, and one that occurs twice runs the first time. Only a
 * schedule of every hour continues through the repeated hour: it is meant as an interval, and must not pause.
 */
export const ticksOfDay = (cron: Cron, timeZone: string, day: number): readonly number[] => {
  // No time zone is more than a day away from UTC, nor ever changed by more than a day.
  const localDays = [day - 1, day, day + 1].filter((local) => matchesDay(cron, local))
  if (localDays.length === 0) return []
  const [from, to] = [day * DAY_MS, (day + 1) * DAY_MS]
  const slots = localDays.flatMap((local) => slotsOf(cron, local))
  const spans = firingSpans(offsetSpans(timeZone, from - DAY_MS, to), cron.hours.length === 24)
  const ticks = spans.flatMap((span) =>
    slots.map((slot) => slot - span.offsetMs).filter((at) => at >= Math.max(span.from, from) && at < Math.min(span.to, to)),
  )
  return spans.length === 1 ? ticks : [...new Set(ticks)].sort((a, b) => a - b)
}

/** Returns the local times of a day that match, as if they were UTC (ms). */
const slotsOf = (cron: Cron, day: number): readonly number[] =>
  cron.hours.flatMap((hour) => cron.minutes.map((minute) => day * DAY_MS + (hour * 60 + minute) * 60_000))

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
