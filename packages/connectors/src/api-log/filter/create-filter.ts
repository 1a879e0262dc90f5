import type { LogConfig } from '../config.js'
import type { Access } from '../line/access.js'
import { compileEndpoint } from './endpoint.js'
import { compileStatuses } from './statuses.js'

/** Whether a request is wanted. Throws RangeError for a status that is none. */
export const createFilter = (config: LogConfig): ((access: Access) => boolean) => {
  const statuses = compileStatuses(config.status)
  const methods = config.methods.length === 0 ? null : new Set(config.methods.map((method) => method.toUpperCase()))
  const wanted = config.endpoints.map(compileEndpoint)
  const unwanted = config.excludeEndpoints.map(compileEndpoint)
  const since = bound(config.since)
  const until = bound(config.until)
  return ({ status, method, path, time }) => {
    if (statuses !== null && (status === undefined || !statuses.has(status))) return false
    if (methods !== null && (method === undefined || !methods.has(method.toUpperCase()))) return false
    if (since !== undefined && (time === undefined || time < since)) return false
    if (until !== undefined && (time === undefined || time >= until)) return false
    if (wanted.length > 0 && (path === undefined || !wanted.some((matches) => matches(path)))) return false
    return path === undefined || !unwanted.some((matches) => matches(path))
  }
}

/** In the one form that all times have, so that they compare as text. */
const bound = (time: string | undefined): string | undefined => (time === undefined ? undefined : new Date(time).toISOString())
