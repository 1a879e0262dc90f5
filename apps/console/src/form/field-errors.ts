import { ApiError } from '../api/api-error.js'
import { sentence } from '../ui/sentence.js'
import { normalPath } from './schema.js'

/** What the server said of single fields, by their paths. */
export const fieldErrors = (error: unknown): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  if (!(error instanceof ApiError) || error.problem === null) return found
  const { field, detail, errors = [] } = error.problem
  if (field !== undefined) found.set(normalPath(field), withoutPath(field, detail))
  for (const { path, message } of errors) found.set(normalPath(path), withoutPath(path, message))
  return found
}

/** What is said of a field, as a sentence below it: where it is need not be said there. */
export const withoutPath = (path: string, message: string): string => {
  const [start] = [path, normalPath(path), path.slice(path.lastIndexOf('.') + 1)].filter((name) => message.startsWith(`${name}: `))
  return sentence(start === undefined ? message : message.slice(start.length + 2))
}
