import { messages } from '../../messages.js'

const isNumber = (field: string): boolean => /^\d{1,2}$/u.test(field)
const step = (field: string): number | null => {
  const match = /^\*\/(\d{1,2})$/u.exec(field)
  return match === null ? null : Number(match[1])
}
const clock = (hour: string, minute: string): string => `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`

/** The usual schedules in words; null for those that are better read as they are, with their next moments. */
export const describeCron = (cron: string): string | null => {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = cron.trim().split(/\s+/u)
  const t = messages.schedule.words
  const isDaily = day === '*' && month === '*' && weekday === '*'
  if (isDaily && hour === '*') {
    if (minute === '*') return t.everyMinute
    if (isNumber(minute)) return t.hourly(minute.padStart(2, '0'))
    const minutes = step(minute)
    return minutes === null || 60 % minutes !== 0 ? null : t.everyMinutes(minutes)
  }
  if (!isNumber(minute)) return null
  const hours = step(hour)
  if (isDaily && hours !== null && 24 % hours === 0) return t.everyHours(hours, minute.padStart(2, '0'))
  if (!isNumber(hour)) return null
  if (isDaily) return t.daily(clock(hour, minute))
  if (day === '*' && month === '*') {
    if (weekday === '1-5') return t.weekdays(clock(hour, minute))
    if (/^[0-7]$/u.test(weekday)) return t.weekly(t.days[Number(weekday) % 7] ?? '', clock(hour, minute))
  }
  return isNumber(day) && month === '*' && weekday === '*' ? t.monthly(day, clock(hour, minute)) : null
}
