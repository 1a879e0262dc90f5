import { Failure } from '@inlet/domain'

/** Returns the SQLSTATE of an error thrown by pg or, wrapped, by Prisma; null when it has none. */
export const sqlState = (error: unknown): string | null => {
  if (typeof error !== 'object' || error === null) return null
  const { code, meta } = error as { code?: unknown; meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } } }
  const inner = meta?.driverAdapterError?.cause?.originalCode
  if (typeof inner === 'string') return inner
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^P\d{4}$/.test(code) && !/^E[A-Z]{4}$/.test(code) ? code : null
}

/** Returns text that contains the constraint or index a unique violation names, for pg and Prisma errors alike. */
export const violatedConstraint = (error: unknown): string => {
  const text = JSON.stringify(error, (key, value: unknown) => (key === 'stack' ? undefined : value)) ?? ''
  const message = error instanceof Error ? error.message : ''
  return `${text} ${message}`
}

export const isUniqueViolation = (error: unknown): boolean => sqlState(error) === '23505' || (error as { code?: unknown } | null)?.code === 'P2002'

/** A referenced row is gone (23503; since Postgres 18 also 23001, if it restricts), or the row to change is. For pg and Prisma errors alike. */
export const isMissingReference = (error: unknown): boolean =>
  ['23503', '23001'].includes(sqlState(error) ?? '') || ['P2003', 'P2025'].includes(String((error as { code?: unknown } | null)?.code))

/** Data exceptions, constraint violations, limits, and the same key twice in a statement: caused by a record, not by the moment. */
export const isDataError = (error: unknown): boolean => /^(22|23|54|21000)/.test(sqlState(error) ?? '')

/** Serialization failures and deadlocks: the same transaction may succeed at once. */
export const isRetryable = (error: unknown): boolean => ['40001', '40P01'].includes(sqlState(error) ?? '')

/** Statement or lock timeout. */
export const isTimeout = (error: unknown): boolean => ['57014', '55P03'].includes(sqlState(error) ?? '')

const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2037',
])

/** The server is unavailable, restarting, full or read-only: try again later. */
export const isConnectionError = (error: unknown): boolean => {
  const state = sqlState(error)
  if (state !== null) return /^(08|57P|53|25006)/.test(state)
  if (!(error instanceof Error)) return false
  // A failure known to come from another system is not the database's, whatever its cause.
  if (error instanceof Failure && error.reason !== 'INTERNAL') return error.reason === 'DATABASE_UNAVAILABLE'
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string' && CONNECTION_CODES.has(code)) return true
  if (
    /Connection terminated|timeout exceeded when trying to connect|connection timeout|Client has encountered a connection error|not queryable|Can't reach database/i.test(
      error.message,
    )
  )
    return true
  return error.cause !== undefined && isConnectionError(error.cause)
}
