const MAX_MS = 24 * 3_600_000

/** Milliseconds that a Retry-After header asks to wait (RFC 9110, 10.2.3), at most a day; undefined when absent or absurd. */
export const parseRetryAfter = (header: string | undefined, now: Date): number | undefined => {
  if (header === undefined) return undefined
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text) * 1_000, MAX_MS)
  if (!/^[A-Za-z]{3,9},? /.test(text) || text.length > 60) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at - now.getTime(), 0), MAX_MS)
}
