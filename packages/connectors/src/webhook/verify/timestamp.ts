import { toMoment } from '../body/to-moment.js'
import { refused } from './refused.js'

/** Throws unless the moment of signing is within the tolerance of now, in the past or ahead. */
export const checkTimestamp = (text: string, now: Date, toleranceSeconds: number): void => {
  const signedAt = toMoment(text)
  if (signedAt === null) throw refused('the time of signing is missing or not a time')
  const offSeconds = Math.abs(now.getTime() - signedAt.getTime()) / 1_000
  if (offSeconds > toleranceSeconds) throw refused(`the time of signing is ${Math.round(offSeconds)} s off, more than ${toleranceSeconds} s`)
}
