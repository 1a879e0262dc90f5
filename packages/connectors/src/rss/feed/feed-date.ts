import { normalizeDate } from './normalize-date.js'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const HOUR = 60
/** Time zone names in minutes east of Greenwich: those of RFC 822, and other unambiguous ones that feeds use. */
const ZONES: Readonly<Record<string, number>> = {
  UT: 0,
  UTC: 0,
  GMT: 0,
  Z: 0,
  EST: -5 * HOUR,
  EDT: -4 * HOUR,
  CST: -6 * HOUR,
  CDT: -5 * HOUR,
  MST: -7 * HOUR,
  MDT: -6 * HOUR,
  PST: -8 * HOUR,
  PDT: -7 * HOUR,
  AKST: -9 * HOUR,
  AKDT: -8 * HOUR,
  HST: -10 * HOUR,
  WET: 0,
  WEST: HOUR,
  BST: HOUR,
  CET: HOUR,
  MEZ: HOUR,
  CEST: 2 * HOUR,
  MESZ: 2 * HOUR,
  EET: 2 * HOUR,
  EEST: 3 * HOUR,
  MSK: 3 * HOUR,
  JST: 9 * HOUR,
  KST: 9 * HOUR,
  AWST: 8 * HOUR,
  AEST: 10 * HOUR,
  AEDT: 11 * HOUR,
  NZST: 12 * HOUR,
  NZDT: 13 * HOUR,
}
const RFC822 =
  /^(?:[a-z]{2,9}(?:\.?,\s{0,3}|\.?\s{1,3}))?(\d{1,2})[\s-]{1,3}([a-z]{3,9})\.?,?[\s-]{1,3}(\d{4}|\d{2})(?:,?\s{1,3}(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d{1,9})?)?)?\s{0,3}(.{0,40})$/i
/** As C prints it: `Wed Oct  2 13:00:00 2002`, with or without a zone; and `Oct 2, 2002`. */
const ASCTIME =
  /^(?:[a-z]{3,9},?\s{1,3})?([a-z]{3,9})\.?\s{1,3}(\d{1,2})(?:\s{1,3}(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s{1,3}([A-Z]{1,5}))?|,)\s{1,3}(\d{4})$/i
/** `Dec 28, 2011 8:17`. */
const US = /^([a-z]{3,9})\.?\s{1,3}(\d{1,2}),?\s{1,3}(\d{4}),?\s{1,3}(?:at\s{1,3})?(\d{1,2}):(\d{2})(?::(\d{2}))?\s{0,3}(.{0,40})$/i
const W3C = /^(\d{4})(?:-?(\d{2})(?:-?(\d{2})(?:[T\s]{1,2}(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?)?)?\s{0,3}(\S{0,40})$/i

/**
 * Parses a feed's date to ISO 8601 in UTC: RFC 822 in its many variants (no weekday, two-digit years, no seconds, named zones), W3C
 * dates, even truncated ones, asctime, and words of other languages. A missing or unknown zone counts as UTC. Undefined if it is no date.
 */
export const parseFeedDate = (value: string | undefined): string | undefined => {
  const given = value?.trim().replace(/\s+/g, ' ') ?? ''
  if (given === '' || given.length > 60) return undefined
  const text = normalizeDate(given)
  const w3c = W3C.exec(text)
  if (w3c !== null) {
    const [, year, month, day, hour, minute, second, fraction, zone] = w3c
    // After a date without a time a zone means nothing, and anything else is a date of another kind, such as a week date.
    if (hour === undefined && !/^(?:Z|[+-]\d\d:?\d\d)?$/i.test(zone ?? '')) return undefined
    return toIso({ year, month: Number(month ?? 1) - 1, day: day ?? '1', hour, minute, second, ms: Number(`0.${fraction ?? 0}`) * 1000, zone })
  }
  const mail = RFC822.exec(text)
  if (mail !== null) {
    const [, day, month, year, hour, minute, second, zone] = mail
    return toIso({ year: fullYear(year ?? ''), month: monthOf(month), day, hour, minute, second, ms: 0, zone })
  }
  const us = US.exec(text)
  if (us !== null) {
    const [, month, day, year, hour, minute, second, zone] = us
    return toIso({ year, month: monthOf(month), day, hour, minute, second, ms: 0, zone })
  }
  const plain = ASCTIME.exec(text)
  if (plain === null) return undefined
  const [, month, day, hour, minute, second, zone, year] = plain
  return toIso({ year, month: monthOf(month), day, hour, minute, second, ms: 0, zone })
}

interface Parts {
  readonly year: string | undefined
  readonly month: number
  readonly day: string | undefined
  readonly hour: string | undefined
  readonly minute: string | undefined
  readonly second: string | undefined
  readonly ms: number
  readonly zone: string | undefined
}

const toIso = ({ year, month, day, hour, minute, second, ms, zone }: Parts): string | undefined => {
  const [d, h, m, s] = [Number(day), Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)]
  if (month < 0 || month > 11 || d < 1 || d > 31 || h > 24 || m > 59 || s > 60) return undefined
  const at = new Date(0)
  at.setUTCFullYear(Number(year), month, d)
  if (at.getUTCMonth() !== month) return undefined
  at.setUTCHours(h, m - zoneMinutes(zone ?? ''), s, Math.floor(ms))
  return Number(year) >= 1000 && at.getUTCFullYear() <= 9999 ? at.toISOString() : undefined
}

const monthOf = (name: string | undefined): number => MONTHS.indexOf((name ?? '').slice(0, 3).toLowerCase())

const fullYear = (year: string): string => (year.length === 4 ? year : String(Number(year) + (Number(year) < 50 ? 2000 : 1900)))

/** `+0200`, `+02:00`, `GMT+2`, `EST`, `-0500 (EST)`. Military letters are not reliable (RFC 2822, 4.3). */
const zoneMinutes = (zone: string): number => {
  const text = zone
    .trim()
    .replace(/\s?\(.*$/, '')
    .toUpperCase()
  const offset = /^(?:GMT|UTC?)?\s?([+-])(\d{1,2}):?(\d{2})?$/.exec(text)
  if (offset === null) return Object.hasOwn(ZONES, text) ? (ZONES[text] ?? 0) : 0
  const minutes = Number(offset[2]) * HOUR + Number(offset[3] ?? 0)
  return minutes > 15 * HOUR ? 0 : minutes * (offset[1] === '-' ? -1 : 1)
}
