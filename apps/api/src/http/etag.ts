import { Failure } from '@inlet/domain'

export const toEtag = (revision: number): string => `"r${revision}"`

/** The revision that If-Match names; null for `*`. Throws PRECONDITION_REQUIRED without it, PRECONDITION_FAILED for one that cannot match. */
export const parseIfMatch = (header: string | undefined): number | null => {
  if (header === undefined || header.trim() === '') throw new Failure('PRECONDITION_REQUIRED', 'If-Match is required')
  if (header.trim() === '*') return null
  const match = /^"r(\d{1,9})(?:-[\w-]{1,40})?"$/.exec(header.trim())
  if (match === null) throw new Failure('PRECONDITION_FAILED', 'If-Match is not an ETag of this resource')
  return Number(match[1])
}

/** Whether an If-None-Match header names this ETag; weak comparison. */
export const matchesEtag = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some((one) => ['*', etag, `W/${etag}`].includes(one.trim()))
