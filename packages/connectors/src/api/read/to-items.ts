import { Failure, readPath, statedTotal } from '@inlet/connector-sdk'
import type { StreamConfig } from '../config.js'
import { reportedError } from './reported-error.js'

/** The records of a response, and why they may be incomplete or not really absent. */
export interface ResponseItems {
  readonly items: readonly unknown[]
  readonly doubt: string | null
}

const AFTER_ERROR =
  'See what the API answers instead of records, such as during maintenance: it is tried again by itself. If that is its usual answer, correct the records path or the request in the settings.'

/**
 * Returns the records of a response. No content is an empty list; `null` is one only if the settings
 * or a total of 0 say so. A response that reports an error and has no records throws UPSTREAM_INVALID;
 * anything else that is not a list (for shape `object`: no object) throws RECORDS_PATH_NOT_FOUND.
 */
export const toItems = (body: unknown, stream: StreamConfig): ResponseItems => {
  if (body === undefined) return { items: [], doubt: null }
  const error = stream.recordsPath === '' && stream.shape === 'object' ? null : reportedError(body)
  const found = readPath(body, stream.recordsPath)
  const hasRecords = Array.isArray(found) ? found.length > 0 : found !== undefined && found !== null
  if (error !== null && !hasRecords && found !== undefined)
    throw new Failure('UPSTREAM_INVALID', `stream ${stream.name}: the answer reports an error (${error})`)
  const doubt = error === null ? null : `an answer of stream ${stream.name} reports an error beside its records (${error})`
  const where = stream.recordsPath === '' ? 'the answer' : `"${stream.recordsPath}"`
  if (found === undefined && error !== null)
    throw new Failure('RECORDS_PATH_NOT_FOUND', `stream ${stream.name}: the answer reports an error (${error}) and has no ${where}`, {
      next: AFTER_ERROR,
    })
  if (found === null || found === undefined) return { items: [], doubt: doubtOfNothing(body, stream, { isMissing: found === undefined, where }) }
  if (stream.shape === 'object') {
    if (typeof found === 'object' && !Array.isArray(found)) return { items: [found], doubt }
    throw new Failure('RECORDS_PATH_NOT_FOUND', `stream ${stream.name}: ${where} is not an object`)
  }
  if (Array.isArray(found)) return { items: found, doubt }
  throw new Failure('RECORDS_PATH_NOT_FOUND', `stream ${stream.name}: ${where} is not a list but ${namesOf(found)}`)
}

const doubtOfNothing = (body: unknown, stream: StreamConfig, { isMissing, where }: { isMissing: boolean; where: string }): string | null => {
  // Some systems omit an empty list and state its total instead.
  if (statedTotal({ body, headers: {} }) === 0 || (!isMissing && stream.nullList === 'empty')) return null
  if (isMissing) throw new Failure('RECORDS_PATH_NOT_FOUND', `stream ${stream.name}: the answer has no ${where}; it has ${namesOf(body)}`)
  return `${where} of stream ${stream.name} is null, which does not say that there are no records`
}

/** Describes the shape of a value for messages: names only, since values may be private. */
const namesOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'a list'
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`
  const names = Object.keys(value)
  return names.length === 0 ? 'an empty object' : `an object with ${names.slice(0, 10).join(', ').slice(0, 200)}`
}
