import { countHoldings, type Database } from '@inlet/db'
import { Failure, isCaller } from '@inlet/domain'

/** How much one API key, or one subject of tokens, may hold: a stolen one can fill neither the database nor this process. */
export interface KeyLimits {
  readonly sources: number
  readonly credentials: number
  readonly uploads: number
  readonly uploadBytes: number
}

export interface LimitDeps {
  readonly database: Database
  readonly limits: KeyLimits
}

/**
 * Checks that the caller may create one more; returns how many bytes are left for uploads. Inlet itself is not limited. Two simultaneous requests may
 * both pass: the limit prevents floods, not one too many. Throws LIMIT_REACHED.
 */
export const requireRoom = async (
  { database, limits }: LimitDeps,
  what: 'sources' | 'credentials' | 'uploads',
  actor: string,
): Promise<{ readonly bytesLeft: number }> => {
  if (!isCaller(actor)) return { bytesLeft: Number.POSITIVE_INFINITY }
  const { count, bytes } = await countHoldings(database, what, actor)
  if (count >= limits[what]) throw new Failure('LIMIT_REACHED', `this caller has created ${count} ${what}, as many as ${SETTINGS[what]} allows`)
  return { bytesLeft: what === 'uploads' ? bytesLeftOf(limits, bytes) : Number.POSITIVE_INFINITY }
}

/**
 * The bytes that a new content for an upload of `owner` may have, as the audit trail names who made it; `freed` are those of the old content. Throws
 * LIMIT_REACHED.
 */
export const requireBytes = async ({ database, limits }: LimitDeps, owner: string, freed: number): Promise<{ readonly bytesLeft: number }> => {
  if (!isCaller(owner)) return { bytesLeft: Number.POSITIVE_INFINITY }
  const { bytes } = await countHoldings(database, 'uploads', owner)
  return { bytesLeft: bytesLeftOf(limits, bytes - freed) }
}

const bytesLeftOf = ({ uploadBytes }: KeyLimits, bytes: number): number => {
  if (bytes < uploadBytes) return uploadBytes - bytes
  throw new Failure('LIMIT_REACHED', `the uploads of this caller have ${bytes} bytes, as many as INLET_MAX_UPLOAD_BYTES_PER_KEY allows`)
}

const SETTINGS = {
  sources: 'INLET_MAX_SOURCES_PER_KEY',
  credentials: 'INLET_MAX_CREDENTIALS_PER_KEY',
  uploads: 'INLET_MAX_UPLOADS_PER_KEY',
} as const
