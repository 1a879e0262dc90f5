import path from 'node:path'
import { compileGlob, Failure } from '@inlet/connector-sdk'

const MAX_STARS = 3

export interface Glob {
  /** The folder or file above the first wildcard. */
  readonly base: string
  /** The most names a matching path below the base can have. */
  readonly depth: number
  /** Absent for a plain path. Takes a path relative to the base, with `/`. */
  readonly matches?: (relative: string) => boolean
}

const isMagic = (segment: string): boolean => /[*?[{]/.test(segment)

/** Splits a pattern at its first wildcard. A plain path has no matcher. */
export const parseGlob = (pattern: string): Glob => {
  const segments = pattern.split('/')
  const first = segments.findIndex(isMagic)
  if (first === -1) return { base: pattern, depth: 0 }
  const above = segments.slice(0, first).join('/')
  const base = above === '' && pattern.startsWith('/') ? '/' : above
  const rest = segments.slice(first)
  // Alternatives may contain slashes and are then split into several segments here, which counts too many but never too few.
  const depth = rest.some((segment) => segment.includes('**')) ? Number.POSITIVE_INFINITY : rest.length
  return { base, depth, matches: matcher(rest.join('/')) }
}

/** Returns a matcher of relative paths. Names that start with a dot match only a pattern with that dot. */
export const matcher = (pattern: string): ((relative: string) => boolean) => compileGlob(pattern)

/** Throws VALIDATION_FAILED for a pattern that cannot make sense, PATH_NOT_ALLOWED for one that climbs. */
export const checkPattern = (pattern: string, field: string): void => {
  const fail = (message: string): never => {
    throw new Failure('VALIDATION_FAILED', `${JSON.stringify(pattern)} ${message}`, { field })
  }
  if (pattern.includes('\0') || pattern.split(/[/\\]/).some((segment) => /^(?:\.|%2e){2}$/i.test(segment)))
    throw new Failure('PATH_NOT_ALLOWED', 'a path with ".." or NUL is not allowed', { field })
  if (!pattern.split('/').some(isMagic)) return
  if ((pattern.match(/\{/g) ?? []).length > 3) fail('has more than 3 groups of alternatives')
  for (const segment of pattern.split('/')) {
    if (segment !== '**' && (segment.match(/\*/g) ?? []).length > MAX_STARS) fail(`has more than ${MAX_STARS} stars between two slashes`)
  }
  if (pattern.split('/').filter((segment) => segment === '**').length > MAX_STARS) fail(`has more than ${MAX_STARS} times "**"`)
}

/** Returns a path relative to a folder, with `/` on every system. */
export const relativeTo = (folder: string, file: string): string => path.relative(folder, file).replaceAll(path.sep, '/')
