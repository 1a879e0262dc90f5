import { countHoldings, type Database, type Held, type Holding, type Room } from '@inlet/db'
import { Failure, isCaller } from '@inlet/domain'

/** How much one API key, or one subject of tokens, may hold: a stolen one can fill neither the database nor this process. */
export type KeyLimits = Readonly<Record<Holding | 'uploadBytes', number>>

export interface LimitDeps {
  readonly database: Database
  readonly limits: KeyLimits
}

/**
 * Checks early, before anything is read or prepared, that the caller may create one more; returns how many bytes are left for uploads. Inlet itself is
 * not limited. What is created enters the room of {@link roomFor} as well, which holds for many requests at once. Throws LIMIT_REACHED.
 */
export const requireRoom = async ({ database, limits }: LimitDeps, what: Holding, actor: string): Promise<{ readonly bytesLeft: number }> => {
  if (!isCaller(actor)) return { bytesLeft: Number.POSITIVE_INFINITY }
  const held = await countHoldings(database.pool, what, actor)
  requireCount(limits, what, held)
  return { bytesLeft: what === 'uploads' ? bytesLeftOf(limits, held.bytes) : Number.POSITIVE_INFINITY }
}

/** The room that one more enters in the transaction that creates it; undefined for Inlet itself. */
export const roomFor = (limits: KeyLimits, what: Holding, actor: string): Room | undefined =>
  isCaller(actor) ? { what, actor, check: (held) => requireCount(limits, what, held) } : undefined

/** The room for the bytes that an upload adds: a new one counts itself, a new content only its bytes. */
export const uploadRoom = (
  limits: KeyLimits,
  owner: string,
  { isNew, addedBytes }: { readonly isNew: boolean; readonly addedBytes: number },
): Room | undefined =>
  isCaller(owner)
    ? {
        what: 'uploads',
        actor: owner,
        check: (held) => {
          if (isNew) requireCount(limits, 'uploads', held)
          if (addedBytes > 0 && held.bytes + addedBytes > limits.uploadBytes) throw noBytes(held.bytes)
        },
      }
    : undefined

/**
 * The bytes that a new content for an upload of `owner` may have, as the audit trail names who made it; `freed` are those of the old content. Throws
 * LIMIT_REACHED.
 */
export const requireBytes = async ({ database, limits }: LimitDeps, owner: string, freed: number): Promise<{ readonly bytesLeft: number }> => {
  if (!isCaller(owner)) return { bytesLeft: Number.POSITIVE_INFINITY }
  const { bytes } = await countHoldings(database.pool, 'uploads', owner)
  return { bytesLeft: bytesLeftOf(limits, bytes - freed) }
}

const requireCount = (limits: KeyLimits, what: Holding, { count }: Held): void => {
  if (count < limits[what]) return
  const { verb, noun, setting } = NAMES[what]
  throw new Failure('LIMIT_REACHED', `this caller ${verb} ${count} ${noun}, as many as ${setting} allows`)
}

const bytesLeftOf = ({ uploadBytes }: KeyLimits, bytes: number): number => {
  if (bytes < uploadBytes) return uploadBytes - bytes
  throw noBytes(bytes)
}

const noBytes = (bytes: number): Failure =>
  new Failure('LIMIT_REACHED', `the uploads of this caller have ${bytes} bytes, as many as INLET_MAX_UPLOAD_BYTES_PER_KEY allows`)

const NAMES: Readonly<Record<Holding, { readonly verb: string; readonly noun: string; readonly setting: string }>> = {
  sources: { verb: 'has created', noun: 'sources', setting: 'INLET_MAX_SOURCES_PER_KEY' },
  credentials: { verb: 'has created', noun: 'credentials', setting: 'INLET_MAX_CREDENTIALS_PER_KEY' },
  uploads: { verb: 'has created', noun: 'uploads', setting: 'INLET_MAX_UPLOADS_PER_KEY' },
  bulkOperations: { verb: 'waits for', noun: 'bulk operations', setting: 'INLET_MAX_BULK_OPERATIONS_PER_KEY' },
}
