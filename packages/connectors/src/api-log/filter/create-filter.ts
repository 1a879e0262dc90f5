import type { LogConfig } from '../config.js'
import type { Access } from '../line/access.js'

/** Returns whether a request is selected. Throws RangeError for an invalid status. */
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

/** In the one format that all times have, so that they compare as text. */
const bound = (time: string | undefined): string | undefined => (time === undefined ? undefined : new Date(time).toISOString())

/**
 * Compiles a matcher of paths in which `*` stands for any characters, including slashes. The parts between the stars are searched one after the
 * other, so matching takes at most path length times pattern length.
 */
export const compileEndpoint = (pattern: string): ((path: string) => boolean) => {
  const parts = pattern.split(/\*+/)
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  if (parts.length === 1) return (path) => path === pattern
  const inner = parts.slice(1, -1)
  return (path) => {
    if (path.length < first.length + last.length || !path.startsWith(first) || !path.endsWith(last)) return false
    let at = first.length
    const end = path.length - last.length
    for (const part of inner) {
      const found = path.indexOf(part, at)
      if (found < 0 || found + part.length > end) return false
      at = found + part.length
    }
    return true
  }
}

const CLASS = /^([1-9])xx$/i
const SPAN = /^([1-9]\d\d)\s{0,3}-\s{0,3}([1-9]\d\d)$/
const ONE = /^[1-9]\d\d$/

/** Returns the statuses that `404`, `4xx` and `500-599` name; null when the list is empty. Throws RangeError for anything else. */
export const compileStatuses = (list: readonly (string | number)[]): ReadonlySet<number> | null => {
  if (list.length === 0) return null
  const statuses = new Set<number>()
  for (const entry of list) {
    const [from, to] = spanOf(String(entry).trim())
    for (let status = from; status <= to; status++) statuses.add(status)
  }
  return statuses
}

const spanOf = (entry: string): readonly [number, number] => {
  if (ONE.test(entry)) return [Number(entry), Number(entry)]
  const family = CLASS.exec(entry)?.[1]
  if (family !== undefined) return [Number(family) * 100, Number(family) * 100 + 99]
  const span = SPAN.exec(entry)
  if (span === null || Number(span[1]) > Number(span[2])) throw new RangeError(`${JSON.stringify(entry)} is not a status; write 404, 4xx or 500-599`)
  return [Number(span[1]), Number(span[2])]
}
