import { hash } from 'node:crypto'
import type { RecordKey } from '../records/record.js'
import { canonicalJson } from './canonical-json.js'

/**
 * The text form of a key, as stored and as `ctx.known` answers it: a string stays as it is, everything else becomes
 * canonical JSON. NFC and NFD forms stay distinct.
 */
export const keyText = (key: RecordKey): string => (typeof key === 'string' ? key : canonicalJson(key))

/** sha256 of the canonical key as 64 hex digits. A string key "1" and a number key 1 have different hashes. */
export const keyHash = (key: RecordKey): string => sha256Hex(canonicalJson(key))

/** sha256 of a text in UTF-8 as 64 hex digits. */
export const sha256Hex = (text: string): string => hash('sha256', text, 'hex')
