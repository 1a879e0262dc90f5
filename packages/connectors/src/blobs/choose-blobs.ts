import { matcher, parseGlob } from '../parsing/listing/glob.js'
import type { BlobConfig } from './settings.js'

/** Decides which names of a container are selected. */
export interface BlobChoice {
  /** The longest common prefix of all selected names, as far as the settings show. */
  readonly prefix: string
  accepts(name: string): boolean
}

export const chooseBlobs = ({ prefix, include, exclude }: Pick<BlobConfig, 'prefix' | 'include' | 'exclude'>): BlobChoice => {
  const wanted = include.map(matcher)
  const unwanted = exclude.map(matcher)
  return {
    prefix: narrow(prefix, include.map(startOf)),
    accepts: (name) =>
      name.startsWith(prefix) &&
      // Consoles create empty blobs with such names to display a folder.
      !name.endsWith('/') &&
      (wanted.length === 0 || wanted.some((matches) => matches(name))) &&
      !unwanted.some((matches) => matches(name)),
  }
}

/** Returns what every name that matches a glob starts with. */
const startOf = (pattern: string): string => {
  const { base, matches } = parseGlob(pattern)
  return matches === undefined || base === '' ? base : `${base}/`
}

const narrow = (prefix: string, starts: readonly string[]): string => {
  if (starts.length === 0) return prefix
  const common = starts.reduce(commonStart)
  return common.startsWith(prefix) ? common : prefix
}

const commonStart = (a: string, b: string): string => {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return a.slice(0, length)
}
