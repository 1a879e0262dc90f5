import { CronExpressionParser } from 'cron-parser'
import { Failure } from '../errors/failure.js'

/** A cron expression (five fields) read in an IANA time zone. BullMQ computes its ticks with the same parser, so both agree. */
export interface Schedule {
  readonly cron: string
  readonly timeZone: string
}

const RANGES = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { name: 'day of week', min: 0, max: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
] as const

/**
 * Checks a schedule strictly: the parser alone accepts seconds, `H`, `@reboot`, empty and repaired forms.
 * Throws INVALID_CRON, CRON_NEVER_FIRES or INVALID_TIMEZONE with the field.
 */
export const parseSchedule = (cron: string, timeZone = 'UTC'): Schedule => {
  if (!isTimeZone(timeZone))
    throw new Failure('INVALID_TIMEZONE', `"${timeZone.slice(0, 60)}" is not an IANA time zone`, { field: 'schedule.timeZone' })
  const fields = cron.trim().split(/\s+/)
  if (!/^[\x20-\x7e]*$/.test(cron) || fields.length !== 5 || cron.trim() === '') throw invalidCron(`"${cron.slice(0, 60)}" does not have five fields`)
  fields.forEach((field, index) => checkField(field, index))
  const schedule = { cron: fields.join(' '), timeZone }
  try {
    CronExpressionParser.parse(schedule.cron, { tz: timeZone }).next()
  } catch (error) {
    throw new Failure('CRON_NEVER_FIRES', `"${schedule.cron}" matches no date`, { field: 'schedule.cron', cause: error })
  }
  return schedule
}

const checkField = (field: string, index: number): void => {
  const range = RANGES[index]
  if (range === undefined) return
  for (const part of field.split(',')) {
    const match = /^(?:\*|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d+))?$/i.exec(part)
    if (match === null) throw invalidCron(`"${part}" is not allowed for ${range.name}`)
    const [, from, to, step] = match
    const low = from === undefined ? range.min : toNumber(from, range)
    const high = to === undefined ? low : toNumber(to, range)
    if (low > high) throw invalidCron(`"${part}" runs backwards`)
    if (step !== undefined && (Number(step) < 1 || Number(step) > range.max)) throw invalidCron(`step ${step} is not allowed for ${range.name}`)
  }
}

const toNumber = (text: string, range: (typeof RANGES)[number]): number => {
  const named = 'names' in range ? range.names.indexOf(text.toLowerCase() as never) : -1
  const value = named >= 0 ? named + (range.name === 'month' ? 1 : 0) : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= range.min && value <= range.max)) throw invalidCron(`"${text}" is not a ${range.name}`)
  return value
}

const invalidCron = (message: string): Failure => new Failure('INVALID_CRON', message, { field: 'schedule.cron' })

const isTimeZone = (name: string): boolean => {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** The first tick strictly after a moment. */
export const nextTick = (schedule: Schedule, after: Date): Date =>
  CronExpressionParser.parse(schedule.cron, { tz: schedule.timeZone, currentDate: after }).next().toDate()

/** The ticks in (after, until], at most `limit` of them, the latest ones when there are more; `more` counts the earlier ones up to 100,000. */
export const ticksBetween = (
  schedule: Schedule,
  after: Date,
  until: Date,
  limit: number,
): { readonly ticks: readonly Date[]; readonly more: number } => {
  const iterator = CronExpressionParser.parse(schedule.cron, { tz: schedule.timeZone, currentDate: after, endDate: new Date(until.getTime() + 1) })
  const ticks: Date[] = []
  let more = 0
  while (iterator.hasNext() && ticks.length + more < 100_000) {
    const tick = iterator.next().toDate()
    if (tick > until) break
    ticks.push(tick)
    if (ticks.length > limit) {
      ticks.shift()
      more += 1
    }
  }
  return { ticks, more }
}

/** Whether a schedule leaves more than a year between ticks, worth a warning. */
export const isRare = (schedule: Schedule, now: Date): boolean => {
  const first = nextTick(schedule, now)
  return nextTick(schedule, first).getTime() - first.getTime() > 366 * 86_400_000
}
