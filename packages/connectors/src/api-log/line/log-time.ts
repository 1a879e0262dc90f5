const MONTHS: Readonly<Record<string, number>> = { jan: 0, feb: 1, mar: 2, apr: 3, may: 4, jun: 5, jul: 6, aug: 7, sep: 8, oct: 9, nov: 10, dec: 11 }
const COMMON = /^(\d{2})\/([A-Za-z]{3})\/(\d{4}):(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})? ([+-])(\d{2}):?(\d{2})$/
const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/
const ZONE = /(?:Z|[+-]\d\d:?\d\d)$/i
/** 1970 to 9999: other years are damage. */
const MAX_MS = 253_402_300_799_999

/**
 * Parses the time of a log line to ISO 8601 in UTC: `10/Oct/2000:13:55:36 -0700`, ISO 8601 (UTC without a zone), or a number since 1970 in seconds,
 * milliseconds, microseconds or nanoseconds, distinguished by its size. Undefined for anything else.
 */
export const parseLogTime = (value: string | number): string | undefined => {
  if (typeof value === 'number') return fromNumber(value)
  if (/^\d{1,19}(\.\d{1,9})?$/.test(value)) return fromNumber(Number(value))
  const common = COMMON.exec(value)
  if (common !== null) return fromCommon(common)
  if (!ISO.test(value) || value.length > 40) return undefined
  return toIso(Date.parse(ZONE.test(value) ? value.replace(' ', 'T') : `${value.replace(' ', 'T')}Z`))
}

/** Caches the last result: neighboring lines share their second. */
export const createLogTime = (): ((value: string | number) => string | undefined) => {
  let lastValue: string | number | undefined
  let last: string | undefined
  return (value) => {
    if (value === lastValue) return last
    last = parseLogTime(value)
    lastValue = value
    return last
  }
}

const fromCommon = ([, day, month, year, hour, minute, second, sign, zoneHour, zoneMinute]: RegExpExecArray): string | undefined => {
  const monthIndex = MONTHS[(month ?? '').toLowerCase()]
  if (monthIndex === undefined || Number(day) < 1 || Number(day) > 31 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60)
    return undefined
  const offsetMs = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000 * (sign === '-' ? -1 : 1)
  return toIso(Date.UTC(Number(year), monthIndex, Number(day), Number(hour), Number(minute), Number(second)) - offsetMs)
}

const fromNumber = (value: number): string | undefined => {
  if (value < 1e11) return toIso(value * 1000)
  if (value < 1e14) return toIso(value)
  return toIso(value < 1e17 ? value / 1000 : value / 1e6)
}

const toIso = (ms: number): string | undefined => {
  const whole = Math.round(ms)
  return whole >= 0 && whole <= MAX_MS ? new Date(whole).toISOString() : undefined
}
