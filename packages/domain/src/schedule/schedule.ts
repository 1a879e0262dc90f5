import { Failure } from '../errors/failure.js'
import { type Cron, everFires, parseCron } from './parse-cron.js'
import { DAY_MS, ticksOfDay } from './ticks-of-day.js'

/**
 * A cron expression (five fields) interpreted in an IANA time zone. The queue's job schedulers compute their ticks with `nextTick`, so both agree.
 */
export interface Schedule {
  readonly cron: string
  readonly timeZone: string
}

/**
 * Parses a schedule; seconds, `H`, `@reboot`, `L`, `#` and `?` are refused. Throws INVALID_CRON, CRON_NEVER_FIRES or INVALID_TIMEZONE with the field.
 */
export const parseSchedule = (cron: string, timeZone = 'UTC'): Schedule => {
  if (!isTimeZone(timeZone))
    throw new Failure('INVALID_TIMEZONE', `"${timeZone.slice(0, 60)}" is not an IANA time zone`, { field: 'schedule.timeZone' })
  const parsed = parseCron(cron)
  if (!everFires(parsed)) throw neverFires(parsed.text)
  return { cron: parsed.text, timeZone }
}

const isTimeZone = (name: string): boolean => {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const neverFires = (cron: string): Failure => new Failure('CRON_NEVER_FIRES', `"${cron}" matches no date`, { field: 'schedule.cron' })

/** The calendar repeats after 400 years, so what does not match by then never does. */
const MAX_DAYS = 146_097

function* ticksAfter(cron: Cron, timeZone: string, after: number): Generator<number> {
  const first = Math.floor(after / DAY_MS)
  for (let day = first, idle = 0; idle < MAX_DAYS; day++, idle++) {
    for (const tick of ticksOfDay(cron, timeZone, day, after)) {
      idle = 0
      yield tick
    }
  }
}

/** Returns the first tick strictly after a moment. */
export const nextTick = (schedule: Schedule, after: Date): Date => {
  const { value } = ticksAfter(parseCron(schedule.cron), schedule.timeZone, after.getTime()).next()
  if (value === undefined) throw neverFires(schedule.cron)
  return new Date(value)
}

/** Returns the ticks in (after, until]: the latest `limit` of them; `more` counts the earlier ones, up to 100,000. */
export const ticksBetween = (
  schedule: Schedule,
  after: Date,
  until: Date,
  limit: number,
): { readonly ticks: readonly Date[]; readonly more: number } => {
  const ticks: number[] = []
  let seen = 0
  for (const tick of ticksAfter(parseCron(schedule.cron), schedule.timeZone, after.getTime())) {
    if (tick > until.getTime() || seen >= 100_000) break
    seen += 1
    ticks.push(tick)
    if (ticks.length >= 2 * limit + 1_000) ticks.splice(0, ticks.length - limit)
  }
  const latest = ticks.slice(-limit).map((tick) => new Date(tick))
  return { ticks: latest, more: seen - latest.length }
}

/** Whether a schedule leaves more than a year between ticks, which deserves a warning. */
export const isRare = (schedule: Schedule, now: Date): boolean => {
  const first = nextTick(schedule, now)
  return nextTick(schedule, first).getTime() - first.getTime() > 366 * DAY_MS
}
