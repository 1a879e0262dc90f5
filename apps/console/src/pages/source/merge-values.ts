import { isObject } from './diff-values.js'

/** Members that say which others an object may have: where they differ, an object is taken as a whole. */
const CHOICES = ['kind', 'scheme'] as const

/**
 * What was made of `base` here, on top of what was made of it elsewhere: each field that was changed on one side only as it was changed there, the
 * others as they are here. Lists count as one field. Undefined stands for what is not there.
 */
export const mergeValues = (base: unknown, mine: unknown, theirs: unknown): unknown => {
  if (JSON.stringify(mine) === JSON.stringify(base)) return theirs
  if (!isObject(base) || !isObject(mine) || !isObject(theirs) || CHOICES.some((name) => mine[name] !== theirs[name])) return mine
  const names = new Set([...Object.keys(theirs), ...Object.keys(mine)])
  return Object.fromEntries(
    [...names].map((name) => [name, mergeValues(base[name], mine[name], theirs[name])] as const).filter(([, value]) => value !== undefined),
  )
}
