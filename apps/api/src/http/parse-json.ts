import { Failure } from '@inlet/domain'
import { type JsonLimits, scanJson } from './scan-json.js'

export const JSON_LIMITS: JsonLimits = { maxDepth: 32, maxKeys: 10_000 }

/** Parses a JSON body in UTF-8. Throws MALFORMED_JSON with the position, and what `scanJson` throws. The message never quotes the body. */
export const parseJson = (bytes: Uint8Array, limits: JsonLimits = JSON_LIMITS): unknown => {
  const text = decode(bytes)
  const value = parse(text)
  scanJson(text, limits)
  return value
}

const decode = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Failure('MALFORMED_JSON', 'the body is not UTF-8')
  }
}

const parse = (text: string): unknown => {
  if (text.trim() === '') throw new Failure('MALFORMED_JSON', 'the body is empty')
  try {
    return JSON.parse(text)
  } catch (error) {
    // The parser's own message quotes the body, which may contain a secret.
    const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined
    throw new Failure('MALFORMED_JSON', position === undefined ? 'the body is not valid JSON' : `the body is not valid JSON at position ${position}`)
  }
}
