/** Limits that real sites keep and crawler traps exceed. */
const MAX_LENGTH = 2_048
const MAX_SEGMENTS = 40
const MAX_REPEATS = 4
const MAX_PARAMS = 30
/** Distinct queries read per path: search forms, calendars and filters are endless. */
const MAX_QUERIES_PER_PATH = 200
const MAX_TRACKED_PATHS = 100_000

export type TrapKind = 'length' | 'segments' | 'repeated' | 'parameters' | 'queries'

/** Returns the trap that the form of a normalized URL reveals, if any. */
export const findTrap = (url: string): TrapKind | null => {
  if (url.length > MAX_LENGTH) return 'length'
  const queryAt = url.indexOf('?')
  const path = queryAt < 0 ? url : url.slice(0, queryAt)
  const segments = path.split('/').slice(3)
  if (segments.length > MAX_SEGMENTS) return 'segments'
  if (segments.length > MAX_REPEATS) {
    const counts = new Map<string, number>()
    for (const segment of segments) {
      if (segment === '') continue
      const count = (counts.get(segment) ?? 0) + 1
      if (count > MAX_REPEATS) return 'repeated'
      counts.set(segment, count)
    }
  }
  return queryAt >= 0 && url.slice(queryAt).split('&').length > MAX_PARAMS ? 'parameters' : null
}

/** Counts the distinct queries of each path; call it once per distinct URL. */
export const createQueryBudget = (limit = MAX_QUERIES_PER_PATH): { admits(url: string): boolean } => {
  const counts = new Map<string, number>()
  return {
    admits(url) {
      const queryAt = url.indexOf('?')
      if (queryAt < 0) return true
      const path = url.slice(0, queryAt)
      const count = (counts.get(path) ?? 0) + 1
      if (count > limit) return false
      if (count > 1 || counts.size < MAX_TRACKED_PATHS) counts.set(path, count)
      return true
    },
  }
}
