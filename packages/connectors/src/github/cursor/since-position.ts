import { createHash } from 'node:crypto'
import { Failure } from '@inlet/connector-sdk'
import { packNumber, unpackNumber } from './positions.js'

/** Up to when a list is stored, and the response (URL and ETag) that said that this is all. */
export interface SincePosition {
  /** Seconds since 1970. */
  readonly since: number
  /** Empty when the server sends no ETag. */
  readonly mark: string
}

const SINCE = 6
const MARK = 4
export const SINCE_WIDTH = SINCE + MARK
const NO_MARK = '----'
/** Changes appear in lists a little late; anything more recent is read again. */
const LAG_SECONDS = 30
/** Tolerance for clock differences; a position further ahead was never read. */
const AHEAD_SECONDS = 300

export const formatSince = ({ since, mark }: SincePosition): string => packNumber(since, SINCE) + (mark === '' ? NO_MARK : mark)

/** Throws CURSOR_IN_FUTURE. */
export const parseSince = (text: string, now: Date): SincePosition => {
  const since = unpackNumber(text.slice(0, SINCE))
  if (since > now.getTime() / 1000 + AHEAD_SECONDS)
    throw new Failure('CURSOR_IN_FUTURE', `the cursor is at ${new Date(since * 1000).toISOString()}, which is in the future`)
  const mark = text.slice(SINCE, SINCE_WIDTH)
  return { since, mark: mark === NO_MARK ? '' : mark }
}

/** Returns the mark of a response; two responses with the same mark are equal. */
export const markOf = (address: string, etag: string | undefined): string =>
  etag === undefined ? '' : createHash('sha256').update(`${address}\n${etag}`).digest('base64url').slice(0, MARK)

/** Returns the latest time that can count as stored for a list requested at this moment, in seconds. */
export const stableAt = (askedAt: Date): number => Math.floor(askedAt.getTime() / 1000) - LAG_SECONDS
