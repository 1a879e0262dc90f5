import { hash } from 'node:crypto'
import type { RecordKey } from '../records/record.js'
import { canonicalJson } from './canonical-json.js'

/**
 * Returns the text form of a key, as stored and as returned by `ctx.known`: a string stays as it is, everything else becomes canonical JSON. NFC and
 * NFD forms stay distinct.
 */
export const keyText = (key: RecordKey): string => (typeof key === 'string' ? key : canonicalJson(key))

/** Returns the sha256 of the canonical key as 64 hex digits. A string key "1" and a number key 1 have different hashes. */
export const keyHash = (key: RecordKey): string => sha256Hex(canonicalJson(key))

/** Returns the sha256 of a text in UTF-8 as 64 hex digits. */
export const sha256Hex = (text: string): string => hash('sha256', text, 'hex')

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const UUID_IN_TEXT = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/u

/** Whether a text is an id of ours: a UUID in lower case. */
export const isUuid = (text: string): boolean => UUID.test(text)

/** Returns the first id in a text such as an error message; null when there is none. */
export const findUuid = (text: string): string | null => UUID_IN_TEXT.exec(text)?.[0] ?? null
