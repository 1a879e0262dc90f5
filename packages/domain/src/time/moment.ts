import { z } from 'zod'

const EARLIEST = Date.parse('0001-01-01T00:00:00Z')
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
/** Postgres refuses zones further from UTC, and no clock is. */
const FURTHEST_OFFSET_HOURS = 15

/** Of a well-formed time with a day that exists: whether Postgres holds it as well. What is finer than a millisecond may be rounded up. */
const isHeld = (text: string): boolean => {
  const [, fraction = '', offsetHours = '0'] = /(\.\d+)?(?:Z|[+-](\d\d):\d\d)$/.exec(text) ?? []
  const roundedUp = Date.parse(text) + (fraction.length > 4 ? 1 : 0)
  return fraction.length <= 10 && Number(offsetHours) <= FURTHEST_OFFSET_HOURS && roundedUp >= EARLIEST && roundedUp <= LATEST
}

const RULE = 'must be a moment of the years 1 to 9999, such as 2026-01-31T00:00:00Z'

/** A moment that somebody gives, in ISO 8601 with seconds and `Z` or an offset: the one schema of every time in requests and settings. */
export const moment = z.iso.datetime({ offset: true, abort: true, error: RULE }).refine(isHeld, RULE)
