const MAX_MS = 8_640_000_000_000_000
const ISO = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/** Parses ISO 8601, or seconds (up to 11 digits) or milliseconds since 1970, with fractions allowed; null for anything else. */
export const toMoment = (value: unknown): Date | null => {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
  const at = /^\d{1,15}(\.\d{1,9})?$/.test(text) ? fromEpoch(text) : ISO.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) || Math.abs(at) > MAX_MS ? null : new Date(at)
}

const fromEpoch = (text: string): number => {
  const [whole = ''] = text.split('.')
  return whole.length <= 11 ? Number(text) * 1_000 : Number(text)
}
