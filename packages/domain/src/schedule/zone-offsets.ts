/** A period in which a zone has a constant offset from UTC; `from` inclusive, `to` exclusive (ms since 1970). */
export interface OffsetSpan {
  readonly from: number
  readonly to: number
  readonly offsetMs: number
}

const formats = new Map<string, Intl.DateTimeFormat>()
const MAX_FORMATS = 1_000

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const parts = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const
  const format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', calendar: 'gregory', numberingSystem: 'latn', ...parts })
  // A name can be spelled in many ways, so the cache would otherwise be unbounded.
  if (formats.size >= MAX_FORMATS) formats.clear()
  formats.set(timeZone, format)
  return format
}

/**
 * Returns a zone's offset from UTC at a moment (ms, positive if ahead); precise to the second, as not every offset before 1972 was in whole minutes.
 */
export const offsetAt = (timeZone: string, at: number): number => {
  if (timeZone === 'UTC') return 0
  const second = Math.floor(at / 1_000) * 1_000
  const [month, day, year, hour, minute, sec] = (formatOf(timeZone).format(second).match(/\d+/g) ?? []).map(Number)
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, sec) - second
}

/** Offsets change less often than this. */
const SAMPLE_MS = 8 * 3_600_000

/** Returns the spans of constant offset that cover [from, to), in order. */
export const offsetSpans = (timeZone: string, from: number, to: number): readonly OffsetSpan[] => {
  const spans: OffsetSpan[] = []
  let start = from
  let offsetMs = offsetAt(timeZone, from)
  for (let at = from; at < to; ) {
    const next = Math.min(at + SAMPLE_MS, to)
    const nextOffset = offsetAt(timeZone, next)
    if (nextOffset !== offsetMs) {
      const change = findChange(timeZone, at, next)
      spans.push({ from: start, to: change, offsetMs })
      start = change
      offsetMs = nextOffset
    }
    at = next
  }
  if (start < to) spans.push({ from: start, to, offsetMs })
  return spans
}

/** Returns the first second in (low, high] with the offset of `high`. */
const findChange = (timeZone: string, low: number, high: number): number => {
  const before = offsetAt(timeZone, low)
  let [early, late] = [Math.floor(low / 1_000), Math.ceil(high / 1_000)]
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2)
    if (offsetAt(timeZone, middle * 1_000) === before) early = middle
    else late = middle
  }
  return late * 1_000
}
