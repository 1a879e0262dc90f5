import { printable } from './printable.js'

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
