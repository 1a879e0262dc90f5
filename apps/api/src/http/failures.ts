import { type DraftReview, describeIssue, type FieldProblem } from '@inlet/contract'
import { Failure, type Reason } from '@inlet/domain'
import type { z } from 'zod'

/** A request with invalid fields; answered with VALIDATION_FAILED and every field at once. */
export class InvalidRequest extends Failure {
  readonly errors: readonly FieldProblem[]
  constructor(errors: readonly FieldProblem[]) {
    const [first] = errors
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
    const message = first === undefined ? 'the request is not valid' : `${first.path || 'the body'}: ${first.message}${more}`
    super('VALIDATION_FAILED', message, first === undefined || first.path === '' ? {} : { field: first.path })
    this.errors = errors
  }
}

/** A connection check that failed: the other side's response, never this API's own 401 or 503. */
export class CheckRejected extends Failure {
  constructor(view: { readonly reason: Reason; readonly message: string; readonly next: string; readonly field?: string | undefined }) {
    super(view.reason, view.message, { next: view.next, ...(view.field === undefined ? {} : { field: view.field }) })
  }
}

/** Converts zod's issues to the API's form: unknown fields one by one, never a value. */
export const toFieldProblems = (issues: readonly z.core.$ZodIssue[], prefix: readonly string[] = []): readonly FieldProblem[] =>
  issues.slice(0, 50).flatMap((issue) => {
    const path = [...prefix, ...issue.path.map(String)]
    if (issue.code === 'unrecognized_keys')
      return issue.keys
        .slice(0, 20)
        .map((key) => ({ path: [...path, key.slice(0, 100)].join('.'), code: 'unknown_field', message: 'is not a known field' }))
    return [{ path: path.join('.'), code: issue.code, message: describeIssue(issue) }]
  })

/** Parses a value. Throws {@link InvalidRequest}. */
export const parseWith = <S extends z.ZodType>(schema: S, value: unknown, prefix: readonly string[] = []): z.output<S> => {
  const unstorable = findUnstorable(value)
  if (unstorable !== null)
    throw new InvalidRequest([
      { path: [...prefix, ...unstorable].join('.'), code: 'not_storable', message: 'must not hold NUL characters or half surrogate pairs' },
    ])
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new InvalidRequest(toFieldProblems(parsed.error.issues, prefix))
  return parsed.data
}

/** Returns where a JSON value contains text that the store cannot hold: a NUL character, or half of a surrogate pair. Null when there is none. */
const findUnstorable = (value: unknown, path: readonly string[] = []): readonly string[] | null => {
  if (typeof value === 'string') return isStorable(value) ? null : path
  if (typeof value !== 'object' || value === null) return null
  for (const [name, inner] of Object.entries(value)) {
    if (!isStorable(name)) return path
    const found = findUnstorable(inner, [...path, name])
    if (found !== null) return found
  }
  return null
}

const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

/** A publication that is blocked, with the results of the review. */
export class PublishBlocked extends Failure {
  readonly review: DraftReview
  constructor(reason: 'PUBLISH_BLOCKED' | 'EXAMPLES_BROKEN', message: string, review: DraftReview) {
    super(reason, message)
    this.review = review
  }
}
