import { nextTick, parseSchedule } from '../schedule/schedule.js'
import { offsetAt } from '../schedule/zone-offsets.js'

/**
 * Hours during which a target receives nothing, in its own time zone: from one minute of the day (`HH:MM`) to another, past midnight if that is
 * earlier.
 */
export interface QuietHours {
  readonly from: string
  readonly to: string
  readonly timeZone: string
}

export interface HoldRules {
  readonly quietHours: QuietHours | null
  /** News within this many minutes is sent together; 0: each at once. */
  readonly groupMinutes: number
}

const DAY_MINUTES = 1_440
const MINUTE_MS = 60_000

/**
 * Returns until when a message is held back; null when it may be sent at once. The end of a hold already in effect wins, so that all are released
 * together. Pure.
 */
export const holdUntil = (rules: HoldRules, now: Date, heldUntil: Date | null): Date | null => {
  if (heldUntil !== null) return heldUntil
  const groupedUntil = new Date(now.getTime() + rules.groupMinutes * MINUTE_MS)
  if (rules.quietHours === null) return rules.groupMinutes === 0 ? null : groupedUntil
  return endOfQuiet(rules.quietHours, groupedUntil) ?? (rules.groupMinutes === 0 ? null : groupedUntil)
}

const endOfQuiet = ({ from, to, timeZone }: QuietHours, at: Date): Date | null => {
  const minute = minuteOfDay(timeZone, at)
  const [begin, end] = [toMinute(from), toMinute(to)]
  const quiet = begin <= end ? minute >= begin && minute < end : minute >= begin || minute < end
  return quiet ? nextTick(parseSchedule(`${end % 60} ${Math.floor(end / 60)} * * *`, timeZone), at) : null
}

const minuteOfDay = (timeZone: string, at: Date): number => {
  const minutes = Math.floor((at.getTime() + offsetAt(timeZone, at.getTime())) / MINUTE_MS)
  return ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES
}

const toMinute = (text: string): number => {
  const [hours, minutes] = text.split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}
