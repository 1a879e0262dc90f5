/** Points in time as microseconds since 1970 in UTC, or of a local clock read as if it were UTC. */
export type Micros = bigint

export const MICROS_PER_SECOND = 1_000_000n
export const MICROS_PER_DAY = 86_400n * MICROS_PER_SECOND

const FORM = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?$/

/** Parses `2024-05-01` or `2024-05-01 10:00:00.123456`; returns null for anything else. A month or day of 00 counts as the first. */
export const parseMicros = (text: string): Micros | null => {
  const found = FORM.exec(text)
  if (found === null) return null
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map((part) => Number(part ?? 0))
  const date = new Date(0)
  // Date.UTC would map a year below 100 to the last century.
  date.setUTCFullYear(year, Math.max(month, 1) - 1, Math.max(day, 1))
  date.setUTCHours(hour, minute, second)
  return BigInt(date.getTime()) * 1000n + BigInt((found[7] ?? '').padEnd(6, '0'))
}

/** Formats in the same form, always with six decimals. */
export const formatMicros = (micros: Micros): string => {
  const fraction = floorMod(micros, MICROS_PER_SECOND)
  const seconds = new Date(Number((micros - fraction) / 1000n)).toISOString().slice(0, 19).replace('T', ' ')
  return `${seconds}.${String(fraction).padStart(6, '0')}`
}

/** Returns what a wall clock in the zone shows. */
export const toLocal = (instant: Micros, timeZone: string): Micros => {
  if (timeZone === 'UTC') return instant
  const fraction = floorMod(instant, MICROS_PER_SECOND)
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(new Date(Number((instant - fraction) / 1000n)))
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((one) => one.type === type)?.value ?? '00'
  const text = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}:${part('second')}`
  return (parseMicros(text) ?? instant - fraction) + fraction
}

export const floorMod = (value: bigint, by: bigint): bigint => ((value % by) + by) % by
