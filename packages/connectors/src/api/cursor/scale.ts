/** A position on a cursor field: milliseconds since 1970 for times, the value itself for anything else that rises. */
export type Place = number | bigint | string
export type CursorFormat = 'iso' | 'isoSeconds' | 'date' | 'epochSeconds' | 'epochMillis' | 'asIs'

/** How one format of a cursor field is parsed, compared and formatted. */
export interface Scale {
  readonly isTime: boolean
  /** Returns null for what is not a value of this scale. */
  parse(raw: unknown): Place | null
  /** Returns a negative number, 0 or a positive number, as for sorting. */
  compare(a: Place, b: Place): number
  /** Formats a value as a request parameter. */
  format(place: Place): string
}

export const createScale = (format: CursorFormat): Scale => {
  if (format === 'asIs') return { isTime: false, parse: parsePlain, compare: comparePlain, format: String }
  return {
    isTime: true,
    parse: (raw) => parseTime(raw, format),
    compare: (a, b) => Number(a) - Number(b),
    format: (place) => formatTime(Number(place), format),
  }
}

const parsePlain = (raw: unknown): Place | null => {
  if (typeof raw === 'bigint') return raw
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : null
  return typeof raw === 'string' && raw !== '' ? raw : null
}

const comparePlain = (a: Place, b: Place): number => {
  const [x, y] = typeof a === 'string' || typeof b === 'string' ? [String(a), String(b)] : [a, b]
  if (x === y) return 0
  return x < y ? -1 : 1
}

/** Times without a zone count as UTC, so that the worker's time zone does not matter. */
const parseTime = (raw: unknown, format: CursorFormat): number | null => {
  if (typeof raw === 'bigint') return null
  if (format === 'epochSeconds' || format === 'epochMillis') {
    const isNumeric = typeof raw === 'number' || (typeof raw === 'string' && /^-?\d+(\.\d+)?$/.test(raw))
    const value = isNumeric ? Number(raw) * (format === 'epochSeconds' ? 1000 : 1) : Number.NaN
    return Math.abs(value) <= MAX_TIME_MS ? Math.floor(value) : null
  }
  if (typeof raw !== 'string' || !/^\d{4}-\d{2}-\d{2}/.test(raw)) return null
  const text = raw.replace(' ', 'T')
  const ms = Date.parse(/T.*(Z|[+-]\d{2}:?\d{2})$/i.test(text) || !text.includes('T') ? text : `${text}Z`)
  return Number.isNaN(ms) ? null : ms
}
const MAX_TIME_MS = 8.64e15

const formatTime = (ms: number, format: CursorFormat): string => {
  const iso = new Date(ms).toISOString()
  if (format === 'epochMillis') return String(ms)
  if (format === 'epochSeconds') return String(Math.floor(ms / 1000))
  if (format === 'date') return iso.slice(0, 10)
  return format === 'isoSeconds' ? `${iso.slice(0, 19)}Z` : iso
}
