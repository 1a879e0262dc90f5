import { Failure } from '../errors/failure.js'
import { findInvisible } from '../text/find-invisible.js'

/** The form in which names are compared: NFC, trimmed, white space collapsed, lower case. */
export const nameKey = (name: string): string => name.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase()

/** A source name as it is stored. Throws VALIDATION_FAILED for blank, too long (255) or invisible characters. */
export const parseSourceName = (name: string): string => {
  const trimmed = name.normalize('NFC').trim()
  if (trimmed === '' || trimmed.length > 255) throw new Failure('VALIDATION_FAILED', 'a name has 1 to 255 characters', { field: 'name' })
  const invisible = findInvisible(trimmed)
  if (invisible !== null)
    throw new Failure('VALIDATION_FAILED', `a name has no invisible or direction-changing characters such as ${invisible}`, { field: 'name' })
  return trimmed
}

/** A slug from a name: lower-case ASCII letters, digits and dashes, at most 63 characters; "source" when nothing is left. */
export const slugify = (name: string): string => {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '')
  return slug === '' ? 'source' : slug
}
