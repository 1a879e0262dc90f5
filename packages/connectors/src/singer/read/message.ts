import { canonicalJson, type JsonObject, parseJsonLossless } from '@inlet/connector-sdk'

/** A line of a tap, as far as this connector reads it. `unknown`: a type that Singer allows and this connector ignores. */
export type Message =
  | { readonly type: 'RECORD'; readonly stream: string; readonly record: JsonObject; readonly version: string | null }
  | { readonly type: 'SCHEMA'; readonly stream: string; readonly keyFields: readonly string[]; readonly bookmarks: readonly string[] }
  | { readonly type: 'STATE'; readonly value: unknown }
  | { readonly type: 'ACTIVATE_VERSION'; readonly stream: string; readonly version: string }
  | { readonly type: 'BATCH' }
  | { readonly type: 'unknown' }
  | { readonly type: 'invalid'; readonly why: string }

/** Parses one line; every number keeps its digits. Never throws. */
export const parseMessage = (line: string): Message => {
  let value: unknown
  try {
    value = parseJsonLossless(line)
  } catch {
    return { type: 'invalid', why: 'the tap wrote a line that is not JSON' }
  }
  if (!isObject(value)) return { type: 'invalid', why: 'the tap wrote a line that is not an object' }
  const { type, stream, record, version } = value
  if (type === 'STATE') return value['value'] === undefined ? invalid('a STATE without value') : { type, value: value['value'] }
  if (type === 'BATCH') return { type }
  if (type !== 'RECORD' && type !== 'SCHEMA' && type !== 'ACTIVATE_VERSION')
    return typeof type === 'string' ? { type: 'unknown' } : invalid('a line without type')
  if (typeof stream !== 'string') return invalid(`a ${type} without stream`)
  if (type === 'SCHEMA') return { type, stream, keyFields: texts(value['key_properties']), bookmarks: texts(value['bookmark_properties']) }
  const mark = version === undefined || version === null ? null : canonicalJson(version)
  if (type === 'ACTIVATE_VERSION') return { type, stream, version: mark ?? '' }
  return isObject(record) ? { type, stream, record: record as JsonObject, version: mark } : invalid('a RECORD without record')
}

const invalid = (what: string): Message => ({ type: 'invalid', why: `the tap wrote ${what}` })

const texts = (value: unknown): readonly string[] => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.filter((one) => typeof one === 'string')
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)
