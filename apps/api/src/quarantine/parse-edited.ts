import { parseJsonLossless } from '@inlet/connector-sdk'
import { editedRecord } from '@inlet/contract'
import { canonicalJson, Failure } from '@inlet/domain'
import { toPosition } from '@inlet/mapping'
import { InvalidRequest, parseWith } from '../http/invalid-request.js'
import { JSON_LIMITS, parseJson } from '../http/parse-json.js'

/**
 * JSON text of the record somebody sent in place of a quarantined one; null when none was. Throws MALFORMED_JSON with line and column,
 * VALIDATION_FAILED naming each field, RECORD_INVALID for values that no record can hold.
 */
export const parseEdited = (body: { readonly record?: unknown; readonly raw?: string | undefined }, stream: string): string | null => {
  const given = body.raw === undefined ? body.record : parseText(body.raw)
  if (given === undefined) return null
  const field = body.raw === undefined ? 'record' : 'raw'
  const record = parseWith(editedRecord, given, [field])
  if (record.stream !== undefined && record.stream !== stream)
    throw new InvalidRequest([{ path: `${field}.stream`, code: 'other_stream', message: `must be "${stream}", the stream it was read from` }])
  // The digits of its numbers are those that were written.
  const exact = body.raw === undefined ? record : (parseJsonLossless(body.raw) as object)
  return canonicalJson({ ...exact, stream })
}

const parseText = (raw: string): unknown => {
  try {
    return parseJson(Buffer.from(raw), { ...JSON_LIMITS, anyNumbers: true })
  } catch (error) {
    const offset = error instanceof Failure && error.reason === 'MALFORMED_JSON' ? /position (\d+)/.exec(error.message)?.[1] : undefined
    if (offset === undefined) throw error
    const { line, column } = toPosition(raw, Number(offset))
    throw new Failure('MALFORMED_JSON', `raw is not valid JSON at line ${line}, column ${column}`, { field: 'raw', cause: error })
  }
}
