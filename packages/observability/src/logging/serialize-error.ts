import { Failure } from '@inlet/domain'

export interface SerializedError {
  readonly type: string
  readonly message: string
  readonly stack?: string
  readonly cause?: SerializedError
  readonly errors?: readonly SerializedError[]
  readonly [detail: string]: unknown
}

// Properties that drivers add to errors and that are safe. All others (request configs with headers, rows in `detail`) are left out.
const SAFE_DETAILS = ['code', 'status', 'statusCode', 'syscall', 'severity', 'schema', 'table', 'column', 'constraint', 'routine'] as const
const DEEPEST_CAUSE = 8
const MOST_ERRORS = 10

const detailsOf = (error: Error): Record<string, unknown> => {
  if (error instanceof Failure) {
    const { code, reason, next, field, retryAfterMs } = error
    return { code, reason, next, ...(field === undefined ? {} : { field }), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  }
  return Object.fromEntries(
    SAFE_DETAILS.flatMap((name) => {
      const value: unknown = Reflect.get(error, name)
      return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : []
    }),
  )
}

const serialize = (thrown: unknown, seen: readonly unknown[]): SerializedError => {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: typeof thrown === 'string' ? thrown : `a thrown ${typeof thrown}` }
  const inner = [...seen, thrown]
  const follows = (next: unknown): boolean => next !== undefined && next !== null && inner.length < DEEPEST_CAUSE && !inner.includes(next)
  const many = thrown instanceof AggregateError ? thrown.errors.slice(0, MOST_ERRORS).filter(follows) : []
  return {
    type: thrown.name,
    message: thrown.message,
    ...(thrown.stack === undefined ? {} : { stack: thrown.stack }),
    ...detailsOf(thrown),
    ...(follows(thrown.cause) ? { cause: serialize(thrown.cause, inner) } : {}),
    ...(many.length > 0 ? { errors: many.map((error) => serialize(error, inner)) } : {}),
  }
}

/** Serializes a thrown value for the log: code, reason and next step of a `Failure`, and the chain of causes. Copies no other property. */
export const serializeError = (thrown: unknown): SerializedError => serialize(thrown, [])
