import { type Descent, toDate, toMicros } from '../cursor/positions.js'

/** Slack's third tier; apps outside of its Marketplace get one request a minute, and 15 messages with each. */
const REQUESTS_A_MINUTE = 50
const SMALL_PAGE = 15

/** How far a reading has come and how long the rest may take, as far as the messages so far show. */
export const estimate = (channel: string, { top, down, floor }: Descent, { given }: { readonly given: number }): string => {
  const day = toDate(down).toISOString().slice(0, 10)
  const reached = `#${channel}: read back to ${day}`
  // Without a lower bound nobody knows how far it goes.
  if (toMicros(floor) === 0) return `${reached}; ${rate(given)}`
  const [read, left] = [toMicros(top) - toMicros(down), toMicros(down) - toMicros(floor)]
  return read <= 0 ? reached : `${reached}, about ${Math.min(99, Math.round((100 * read) / (read + left)))} % of the time; ${rate(given)}`
}

const rate = (given: number): string =>
  given <= SMALL_PAGE
    ? `Slack gives this app ${given} messages a request and one request a minute`
    : `at most ${given * REQUESTS_A_MINUTE} messages a minute`
