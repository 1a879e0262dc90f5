import { Failure } from '@inlet/domain'
import { isConnectionError, sqlState } from './sql-state.js'

/** What the server says when it works but refuses: the beginning of an SQLSTATE, what it means, and what operators can do. */
const REFUSALS: readonly (readonly [RegExp, (detail: string) => string, string])[] = [
  [
    /^25006$/,
    () => 'the database accepts no changes: it is read-only, or a standby',
    'An operator has to make Postgres writable again (promote the standby, or `ALTER SYSTEM RESET default_transaction_read_only` and `SELECT pg_reload_conf()`), or point DATABASE_URL at the primary; Inlet continues by itself.',
  ],
  [
    /^53300$/,
    () => 'the database has no free connection',
    'An operator has to end what holds connections (`SELECT * FROM pg_stat_activity`), or raise max_connections of Postgres and restart it; Inlet continues by itself.',
  ],
  [
    /^42501$/,
    (detail) => `the database refuses what Inlet's role needs: ${detail}`,
    'An operator has to grant the role of DATABASE_URL what the message names; Inlet continues by itself.',
  ],
  [
    /^(58|XX00[12])/,
    (detail) => `the database cannot use its files: ${detail}`,
    'An operator has to look at the log and the disk of Postgres; Inlet continues by itself once it works again.',
  ],
]

export const READ_ONLY = '25006'
export const NO_CONNECTIONS = '53300'
const DISK_FULL = '53100'
const PRISMA_NO_CONNECTIONS = 'P2037'
const RETRY_MS = 2_000

/** Returns the failure for an SQLSTATE with which a server that works refuses; null for any other. */
export const refusalOf = (state: string, detail: string, cause?: unknown): Failure | null => {
  if (state === DISK_FULL) return new Failure('DISK_FULL', 'the disk of the database is full', { cause })
  const found = REFUSALS.find(([pattern]) => pattern.test(state))
  if (found === undefined) return null
  const [, message, next] = found
  return new Failure('DATABASE_UNAVAILABLE', message(detail), { next, cause, retryAfterMs: RETRY_MS })
}

/**
 * Turns a full disk of the server into DISK_FULL, other refusals and connection errors into DATABASE_UNAVAILABLE; returns everything else, and
 * errors already turned, unchanged.
 */
export const toDatabaseFailure = (error: unknown): unknown => {
  const state = (error as { code?: unknown } | null)?.code === PRISMA_NO_CONNECTIONS ? NO_CONNECTIONS : sqlState(error)
  const refusal = state === null ? null : refusalOf(state, error instanceof Error ? error.message : '', error)
  return refusal ?? toUnavailable(error)
}

const toUnavailable = (error: unknown): unknown =>
  isConnectionError(error) && !(error instanceof Failure && error.reason === 'DATABASE_UNAVAILABLE')
    ? new Failure('DATABASE_UNAVAILABLE', 'the database does not answer', { cause: error, retryAfterMs: RETRY_MS })
    : error

/** Remembers the last failure of the database itself until something is stored again. */
export interface RefusalMemory {
  /** Translates an error as {@link toDatabaseFailure} does, and remembers it if the database is to blame. */
  translate(error: unknown): unknown
  stored(): void
  /** Null when the database stored what came last, and once the failure is older than two minutes: nothing tries any more. */
  latest(): Failure | null
}

const FORGET_MS = 120_000

export const createRefusalMemory = (now: () => number = Date.now): RefusalMemory => {
  let last: { readonly failure: Failure; readonly at: number } | null = null
  return {
    translate(error) {
      const failure = toDatabaseFailure(error)
      if (failure instanceof Failure && ['DISK_FULL', 'DATABASE_UNAVAILABLE'].includes(failure.reason)) last = { failure, at: now() }
      return failure
    },
    stored() {
      last = null
    },
    latest: () => (last !== null && now() - last.at < FORGET_MS ? last.failure : null),
  }
}
