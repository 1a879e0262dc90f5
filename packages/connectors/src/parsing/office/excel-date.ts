const DAY_MS = 86_400_000
const EPOCH_1900 = Date.UTC(1899, 11, 30)
const EPOCH_1904 = Date.UTC(1904, 0, 1)

/** Formats a number of days as hours, minutes and seconds, as a format such as `[h]:mm:ss` shows them: `36:30:00`. Null if it is not a number. */
export const excelDuration = (days: number): string | null => {
  if (!Number.isFinite(days) || Math.abs(days) > 2_958_466) return null
  const millis = Math.round(Math.abs(days) * DAY_MS)
  const two = (value: number): string => String(value).padStart(2, '0')
  const rest = millis % 1_000
  const clock = `${two(Math.floor(millis / 3_600_000))}:${two(Math.floor(millis / 60_000) % 60)}:${two(Math.floor(millis / 1_000) % 60)}`
  return `${days < 0 && millis > 0 ? '-' : ''}${clock}${rest === 0 ? '' : `.${String(rest).padStart(3, '0')}`}`
}

/**
 * Converts an Excel day number to ISO 8601 without a zone: a date, a date with a time, or below one day only the time. Null outside
 * the years Excel supports. Excel takes 1900 for a leap year, so days before March 1900 are shifted.
 */
export const excelDate = (serial: number, date1904: boolean): string | null => {
  if (!Number.isFinite(serial) || serial < 0 || serial > 2_958_466) return null
  const shifted = !date1904 && serial >= 1 && serial < 60 ? serial + 1 : serial
  // Excel shows milliseconds at most; its fractions of days are never exact.
  const time = new Date((date1904 ? EPOCH_1904 : EPOCH_1900) + Math.round(shifted * DAY_MS))
  const text = time.toISOString().replace(/\.000Z$|Z$/, '')
  if (serial < 1 && !date1904) return text.slice(11)
  return text.endsWith('T00:00:00') ? text.slice(0, 10) : text
}
