import { findSourceId } from '@inlet/db'
import { InvalidRequest } from '../http/invalid-request.js'
import type { NotificationDeps } from './notifications.js'

/** The ids of sources by their slugs or ids. Throws VALIDATION_FAILED naming those that do not exist. */
export const findSources = async ({ database }: NotificationDeps, refs: readonly string[]): Promise<readonly string[]> => {
  const ids = await Promise.all(refs.map((ref) => findSourceId(database, ref)))
  const missing = refs.flatMap((ref, n) =>
    ids[n] === null ? [{ path: `sources.${n}`, code: 'unknown_source', message: `there is no source "${ref}"` }] : [],
  )
  if (missing.length > 0) throw new InvalidRequest(missing)
  return [...new Set(ids.filter((id) => id !== null))]
}
