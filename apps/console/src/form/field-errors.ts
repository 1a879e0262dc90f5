import { ApiError } from '../api/api-error.js'
import { normalPath } from './schema.js'

/** What the server said of single fields, by their paths. */
export const fieldErrors = (error: unknown): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  if (!(error instanceof ApiError) || error.problem === null) return found
  const { field, detail, errors = [] } = error.problem
  if (field !== undefined) found.set(normalPath(field), detail)
  for (const { path, message } of errors) found.set(normalPath(path), message)
  return found
}
