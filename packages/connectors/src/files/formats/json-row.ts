import { Failure, type JsonObject, type JsonValue } from '@inlet/connector-sdk'
import { mayLoseDigits } from './json-builder.js'
import { createJsonReader } from './json-reader.js'
import { type RowFailure, rawStart } from './row-event.js'

/** Parses a JSON text that is an object, with exact numbers; returns why if it is none. */
export const parseJsonRow = (text: string, place: string): { data: JsonObject } | { failure: RowFailure } => {
  try {
    const value = mayLoseDigits(text) ? parseExact(text) : (JSON.parse(text) as JsonValue)
    if (isObject(value)) return { data: value }
    return { failure: { reason: 'RECORD_INVALID', message: `${place} is not a JSON object`, raw: rawStart(text) } }
  } catch (thrown) {
    const reason = thrown instanceof Failure ? thrown.reason : 'RECORD_INVALID'
    const why = thrown instanceof Failure ? thrown.message : 'is not valid JSON'
    return { failure: { reason, message: `${place} ${why}`, raw: rawStart(text) } }
  }
}

export const isObject = (value: JsonValue | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

const parseExact = (text: string): JsonValue => {
  // Only numbers would differ, so the syntax is left to the strict parser.
  JSON.parse(text)
  const values: JsonValue[] = []
  const reader = createJsonReader({
    path: [],
    each: false,
    maxChars: Number.MAX_SAFE_INTEGER,
    emit: (found) => {
      if ('failure' in found) throw new Failure(found.failure.reason, found.failure.message)
      values.push(found.value)
    },
  })
  reader.push(text)
  reader.end()
  return values[0] ?? null
}
