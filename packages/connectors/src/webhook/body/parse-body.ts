import { Failure, type JsonValue, parseJsonLossless } from '@inlet/connector-sdk'

/** The fields of a body; text has none. */
export type ParsedBody = { readonly kind: 'fields'; readonly value: JsonValue } | { readonly kind: 'text'; readonly text: string }

/**
 * Parses the body of an event. `json` accepts JSON and forms: the JSON in their field `payload` (GitHub, Slack), otherwise their fields.
 * Throws MALFORMED_JSON for anything else, UNSUPPORTED_MEDIA_TYPE for bytes that are not UTF-8.
 */
export const parseBody = (bytes: Buffer, contentType: string | undefined, expected: 'json' | 'text'): ParsedBody => {
  const text = decode(bytes)
  if (expected === 'text') return { kind: 'text', text }
  const [type = ''] = (contentType ?? '').split(';', 1)
  const value = type.trim().toLowerCase() === 'application/x-www-form-urlencoded' ? parseForm(text) : parseJson(text, 'the body')
  return { kind: 'fields', value }
}

const decode = (bytes: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Failure('UNSUPPORTED_MEDIA_TYPE', 'the body is not UTF-8', { cause, next: 'Send text in UTF-8.' })
  }
}

const parseForm = (text: string): JsonValue => {
  // Many clients announce a form by default and send JSON.
  if (/^\s*[[{]/.test(text)) return parseJson(text, 'the body')
  const fields = new URLSearchParams(text)
  const payload = fields.get('payload')
  return payload === null ? Object.fromEntries(fields) : parseJson(payload, 'the field payload')
}

const parseJson = (text: string, what: string): JsonValue => {
  try {
    // Whatever JSON.parse returns is JSON.
    return parseJsonLossless(text) as JsonValue
  } catch (cause) {
    throw new Failure('MALFORMED_JSON', `${what} is not JSON`, {
      cause,
      next: 'Send valid JSON; for a sender of plain text set body to "text" in the settings of the source.',
    })
  }
}
