/** Formats how long ago a moment was, or how far ahead: `5 s ago`, `in 3 min`; `–` for none. */
export const toRelative = (moment: string | null, now: number): string => {
  if (moment === null) return '–'
  const seconds = Math.round((now - Date.parse(moment)) / 1_000)
  const text = toSpan(Math.abs(seconds))
  return seconds >= 0 ? `${text} ago` : `in ${text}`
}

/** Formats a duration: `5 s`, `3 min`, `2 h`, `4 d`. */
export const toSpan = (seconds: number): string => {
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`
}

/** Formats the local time of day, `16:03:20`; with the date when it is on another day. */
export const toClock = (moment: string, now: number): string => {
  const at = new Date(moment)
  const two = (part: number): string => String(part).padStart(2, '0')
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')
  if (at.toDateString() === new Date(now).toDateString()) return time
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `512 B`, `1.5 MiB`, `24 GiB`. */
export const toSize = (bytes: number): string => {
  let unit = 0
  let value = bytes
  for (; value >= 1_024 && unit < UNITS.length - 1; unit += 1) value /= 1_024
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

/** Removes from the text of a source or record the characters that would move the cursor or color the terminal. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]+/gu, ' ')

/** Shortens a text to a length, with an ellipsis. */
export const shorten = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`)

/** Formats a table; columns are as wide as their widest cell, numbers are right-aligned. */
export const toTable = (header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => {
  const cells = rows.map((row) => row.map(printable))
  const widths = header.map((title, column) => Math.max(title.length, ...cells.map((row) => (row[column] ?? '').length)))
  const numeric = header.map((_, column) => cells.length > 0 && cells.every((row) => /^-?\d*$/u.test(row[column] ?? '')))
  const toLine = (row: readonly string[]): string =>
    row
      .map((cell, column) => (numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return [toLine(header), ...cells.map(toLine)]
}

/** Formats names and values in two columns; null and undefined are left out. */
export const toPairs = (pairs: readonly (readonly [string, string | number | null | undefined])[]): readonly string[] => {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined && value !== '')
  const width = Math.max(...shown.map(([name]) => name.length))
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${printable(String(value))}`)
}
