import { type Cron, matchesDay } from './parse-cron.js'
import { type OffsetSpan, offsetSpans } from './zone-offsets.js'

export const DAY_MS = 86_400_000

/**
 * The ticks within a day of UTC (days since 1970-01-01), rising (ms since 1970). Each local slot gets one, as RFC 5545 (3.3.5) reads local times:
 * a slot that clocks skip runs when it would have come without the change, and one that occurs twice runs the first time.
 * Only a schedule of every hour continues through the repeated time: it is meant as an interval, and must not pause.
 */
export const ticksOfDay = (cron: Cron, timeZone: string, day: number): readonly number[] => {
  // No clock is more than a day away from UTC, nor ever changed by more than a day.
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

/** The local times of a day that match, as if they were UTC (ms). */
const slotsOf = (cron: Cron, day: number): readonly number[] =>
  cron.hours.flatMap((hour) => cron.minutes.map((minute) => day * DAY_MS + (hour * 60 + minute) * 60_000))

/** When the slots as read with each offset fire: an offset outlives a gap by the gap, and the next one waits until a repetition is over. */
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
