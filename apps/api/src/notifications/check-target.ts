import { findSourceId } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { isSigningSecret } from '@inlet/security'
import { InvalidRequest } from '../http/invalid-request.js'
import type { NotificationDeps } from './notifications.js'

/** Throws what the guard says of the address, with the field. The worker checks again when it connects. */
export const checkUrl = async ({ guard }: NotificationDeps, url: string): Promise<void> => {
  try {
    await guard.check([{ field: 'url', url }])
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new Failure(error.reason, error.message, { field: 'url', next: error.next, cause: error })
  }
}

export const checkSecret = (secret: string): void => {
  if (!isSigningSecret(secret))
    throw new InvalidRequest([{ path: 'secret', code: 'invalid_format', message: 'must be whsec_ and the base64 of 24 to 64 bytes' }])
}

/** The ids of sources by their slugs or ids. Throws VALIDATION_FAILED naming those that do not exist. */
export const findSources = async ({ database }: NotificationDeps, refs: readonly string[]): Promise<readonly string[]> => {
  const ids = await Promise.all(refs.map((ref) => findSourceId(database, ref)))
  const missing = refs.flatMap((ref, n) =>
    ids[n] === null ? [{ path: `sources.${n}`, code: 'unknown_source', message: `there is no source "${ref}"` }] : [],
  )
  if (missing.length > 0) throw new InvalidRequest(missing)
  return [...new Set(ids.filter((id) => id !== null))]
}
