import { z } from 'zod'

const EARLIEST = Date.parse('0001-01-01T00:00:00Z')
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
/** Postgres refuses offsets further from UTC, and no time zone has one. */
const FURTHEST_OFFSET_HOURS = 15

/** Whether Postgres can store a well-formed time on a day that exists. Fractions finer than a millisecond may be rounded up. */
const isHeld = (text: string): boolean => {
  const [, fraction = '', offsetHours = '0'] = /(\.\d+)?(?:Z|[+-](\d\d):\d\d)$/.exec(text) ?? []
  const roundedUp = Date.parse(text) + (fraction.length > 4 ? 1 : 0)
  return fraction.length <= 10 && Number(offsetHours) <= FURTHEST_OFFSET_HOURS && roundedUp >= EARLIEST && roundedUp <= LATEST
}

const RULE = 'must be a moment of the years 1 to 9999, such as 2026-01-31T00:00:00Z'

/** A time given by a user, in ISO 8601 with seconds and `Z` or an offset: the one schema of every time in requests and settings. */
export const moment = z.iso.datetime({ offset: true, abort: true, error: RULE }).refine(isHeld, RULE)
