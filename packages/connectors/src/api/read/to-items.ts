import { Failure, readPath } from '@inlet/connector-sdk'
import type { StreamConfig } from '../config.js'

/**
 * The records of an answer. No content and `null` are an empty list; anything else that is no list, or for shape `object` no
 * object, is RECORDS_PATH_NOT_FOUND.
 */
export const toItems = (body: unknown, stream: StreamConfig): readonly unknown[] => {
  if (body === undefined) return []
  const found = readPath(body, stream.recordsPath)
  if (found === null) return []
  const where = stream.recordsPath === '' ? 'the answer' : `"${stream.recordsPath}"`
  if (found === undefined) throw new Failure('RECORDS_PATH_NOT_FOUND', `stream ${stream.name}: the answer has no ${where}; it has ${namesOf(body)}`)
  if (stream.shape === 'object') {
    if (typeof found === 'object' && !Array.isArray(found)) return [found]
    throw new Failure('RECORDS_PATH_NOT_FOUND', `stream ${stream.name}: ${where} is no object`)
  }
  if (Array.isArray(found)) return found
  throw new Failure('RECORDS_PATH_NOT_FOUND', `stream ${stream.name}: ${where} is no list but ${namesOf(found)}`)
}

/** The shape of a value for messages: names only, since values may be private. */
const namesOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'a list'
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`
  const names = Object.keys(value)
  return names.length === 0 ? 'an empty object' : `an object with ${names.slice(0, 10).join(', ').slice(0, 200)}`
}
