/** A record of a table and the line, or row of a sheet, that it starts on. */
export interface TableRecord {
  readonly line: number
  readonly fields: readonly string[]
}

export interface FoundHeader {
  /** Index of the record that names the columns. */
  readonly index: number
  /** How many columns it names; fewer than its fields when the last are empty and no row has them. */
  readonly width: number
  /** How many of the records below fit it, and how many there are. */
  readonly fits: number
  readonly of: number
  /** Index of a record that looks more like the header, when most rows do not fit but nothing is certain. */
  readonly rather?: number
}

export interface FindHeaderOptions {
  /** Whether records at the top that begin with `#` may be comments; default yes. */
  readonly marks?: boolean
  /** Whether rows end with their last value, as those of sheets do, so that fewer fields fit, too; default no. */
  readonly ragged?: boolean
}

/** No header is expected below this many lines. */
const MAX_PREAMBLE = 40
/** Share of records that must fit a header below a preamble. */
const MUST_FIT = 0.9

/**
 * Finds the record that names a table's columns among its first ones. It is the first, unless that does not fit the rows and a later one certainly
 * does: everything above is then a preamble (titles, pairs of names and values, comments that begin with `#`). In doubt it returns the first, and
 * `rather` names the better candidate. Pure.
 */
export const findHeader = (records: readonly TableRecord[], { marks = true, ragged = false }: FindHeaderOptions = {}): FoundHeader => {
  const width = ragged ? usualEnd(records) : usualWidth(records)
  const start = marks ? startOf(records, width) : 0
  const first = fitHeader(records, start, ragged)
  if (width < 2 || (first.fits >= first.of * MUST_FIT && !isTitle(records, start, width))) return first
  const limit = Math.min(records.length - 1, start + MAX_PREAMBLE)
  for (let index = start + 1; index <= limit; index++) {
    const found = fitHeader(records, index, ragged)
    if (found.width !== width || found.fits < Math.max(1, found.of * MUST_FIT) || !looksLikeHeader(records, index)) continue
    return isCertain(records, { start, index, width }) ? found : { ...first, rather: index }
  }
  return first
}

/** Returns the number of fields that most records have, ignoring the first if there are others. */
const usualWidth = (records: readonly TableRecord[]): number => {
  const counts = new Map<number, number>()
  for (const { fields } of records.length > 1 ? records.slice(1) : records) counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1)
  let best = { width: 0, count: 0 }
  for (const [width, count] of counts) if (count > best.count || (count === best.count && width > best.width)) best = { width, count }
  return best.width
}

/** Returns the largest number of fields that a fifth of the records reaches. */
const usualEnd = (records: readonly TableRecord[]): number => {
  const below = records.length > 1 ? records.slice(1) : records
  const widths = below.map(({ fields }) => fields.length).sort((a, b) => b - a)
  return widths.find((width) => widths.filter((other) => other === width).length * 5 >= widths.length) ?? 0
}

/** Returns the index of the first record that is no comment; a comment that names the columns (`#CHROM`, `#id`) is a header. */
const startOf = (records: readonly TableRecord[], width: number): number => {
  let comments = 0
  while (comments < records.length && records[comments]?.fields[0]?.startsWith('#') === true) comments++
  if (comments === 0 || comments === records.length) return 0
  const last = records[comments - 1]
  const names = last !== undefined && width > 1 && last.fields.length === width && /^#\S/.test(last.fields[0] ?? '')
  return names && !(looksLikeHeader(records, comments) && differsFromRows(records, comments)) ? comments - 1 : comments
}

/** Measures how the records below fit one as their header: extra fields do no harm if they are empty, as after a trailing delimiter. */
export const fitHeader = (records: readonly TableRecord[], index: number, ragged = false): FoundHeader => {
  const header = records[index]?.fields ?? []
  const below = records.slice(index + 1)
  const count = (width: number): number => below.filter(({ fields }) => (ragged && fields.length < width) || fitsWidth(fields, width)).length
  const named = header.length - trailingEmpty(header)
  const whole = count(header.length)
  const withoutEmpty = named < header.length && named > 0 ? count(named) : 0
  return withoutEmpty > whole
    ? { index, width: named, fits: withoutEmpty, of: below.length }
    : { index, width: header.length, fits: whole, of: below.length }
}

/** Whether a row has as many fields as there are columns, or more that are all empty. */
export const fitsWidth = (fields: readonly string[], width: number): boolean =>
  fields.length === width || (fields.length > width && trailingEmpty(fields) >= fields.length - width)

const trailingEmpty = (fields: readonly string[]): number => {
  let count = 0
  while (count < fields.length && fields[fields.length - 1 - count] === '') count++
  return count
}

/** Whether it is a title padded with delimiters, as spreadsheets write it: only one field of three or more has a value. */
const isTitle = (records: readonly TableRecord[], index: number, width: number): boolean =>
  width >= 3 && (records[index]?.fields.filter((field) => field.trim() !== '').length ?? 0) <= 1

/** Whether the names are distinct, mostly present, and no numbers or dates. */
const looksLikeHeader = (records: readonly TableRecord[], index: number): boolean => {
  const fields = records[index]?.fields.map((field) => field.trim()) ?? []
  const named = fields.filter((field) => field !== '')
  return named.length * 2 > fields.length && new Set(named).size === named.length && !named.some(isValue)
}

const isValue = (field: string): boolean => /^[+-]?[\d.,:/\s%€$£-]*\d[\d.,:/\s%€$£-]*$/.test(field) || /^\d{4}-\d\d-\d\d[T ]/.test(field)

/** Whether some column has numbers or dates in all rows below. */
const differsFromRows = (records: readonly TableRecord[], index: number): boolean => {
  const header = records[index]?.fields ?? []
  const below = records.slice(index + 1, index + 51).filter(({ fields }) => fields.length <= header.length || fitsWidth(fields, header.length))
  return below.length > 0 && header.some((name, column) => !isValue(name.trim()) && areValues(below, column))
}

/** Whether most rows have a value, and all values are numbers or dates. */
const areValues = (rows: readonly TableRecord[], column: number): boolean => {
  const given = rows.map(({ fields }) => (fields[column] ?? '').trim()).filter((field) => field !== '')
  return given.length * 2 > rows.length && given.every(isValue)
}

/**
 * Whether a record below is certainly the header: it differs from the rows below in kind, or everything above is a title of one field. A single line
 * above with one field less than the rows may be a header that lacks a name.
 */
const isCertain = (records: readonly TableRecord[], { start, index, width }: { start: number; index: number; width: number }): boolean => {
  const above = records.slice(start, index)
  const [only] = above
  if (above.length === 1 && only !== undefined && only.fields.length > 1 && only.fields.length === width - 1) return false
  return differsFromRows(records, index) || above.every(({ fields }) => fields.filter((field) => field.trim() !== '').length <= 1)
}
