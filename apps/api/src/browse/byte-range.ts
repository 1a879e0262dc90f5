interface ByteRange {
  /** The first byte. */
  readonly start: number
  /** Behind the last byte. */
  readonly end: number
}

/**
 * The one range of a Range header (RFC 9110, 14.1) within `size` bytes; null when there is none that must be honoured (no header,
 * another unit, several ranges), 'unsatisfiable' when it lies outside.
 */
export const parseRange = (header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null => {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '')
  if (match === null || match[0] === 'bytes=-') return null
  const [, first = '', last = ''] = match
  if (first === '') return last === '0' || size === 0 ? 'unsatisfiable' : within(size - Number(last), size, size)
  if (last !== '' && Number(last) < Number(first)) return null
  return Number(first) >= size ? 'unsatisfiable' : within(Number(first), last === '' ? size : Number(last) + 1, size)
}

const within = (start: number, end: number, size: number): ByteRange => ({ start: Math.max(0, start), end: Math.min(end, size) })
