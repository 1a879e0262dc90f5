import { createHmac, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { Failure } from '@inlet/domain'
import type { Keyring } from '../keyring/keyring.js'

const ID_LENGTH = 16
const SECRET_LENGTH = 43
const CHECKSUM_LENGTH = 6
const FORM = new RegExp(`^inl_([0-9A-Za-z]{${ID_LENGTH}})_([0-9A-Za-z]{${SECRET_LENGTH}})_([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`, 'u')

export interface NewApiKey {
  /** Public; identifies the row. */
  readonly id: string
  /** `inl_<id>_<secret>_<checksum>`: shown once, never stored. */
  readonly plaintext: string
  /** To be stored: `<key id>:<hex of HMAC-SHA-256>`. */
  readonly hash: string
}

export interface ParsedApiKey {
  readonly id: string
  readonly plaintext: string
}

export type ApiKeyMatch =
  /** With `rehash`: the stored hash uses an older master key; store this one in its place, so that the older key can be removed. */
  | { readonly result: 'match'; readonly rehash?: string }
  | { readonly result: 'mismatch' }
  /** The master key behind the stored hash is no longer configured. */
  | { readonly result: 'key_missing'; readonly keyId: string }

const checksumOf = (text: string): string => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(text))
  return toBase62(bytes, CHECKSUM_LENGTH)
}

const digest = (pepper: KeyObject, plaintext: string): Buffer => createHmac('sha256', pepper).update(plaintext).digest()

/** Returns the hash to store for an API key: HMAC-SHA-256 with the pepper of the primary master key. */
export const hashApiKey = (keyring: Keyring, plaintext: string): string => {
  const pepper = keyring.pepper(keyring.primaryId)
  if (pepper === undefined) throw new Failure('SECRET_UNREADABLE', `key ${keyring.primaryId} is not configured`)
  return `${keyring.primaryId}:${digest(pepper, plaintext).toString('hex')}`
}

/** Creates an API key with a random id (95 bits) and secret (256 bits). */
export const createApiKey = (keyring: Keyring): NewApiKey => {
  // 12 bytes may need a 17th digit; the last 16 keep 95 bits of them.
  const id = toBase62(randomBytes(12), ID_LENGTH).slice(-ID_LENGTH)
  const body = `inl_${id}_${toBase62(randomBytes(32), SECRET_LENGTH)}`
  const plaintext = `${body}_${checksumOf(body)}`
  return { id, plaintext, hash: hashApiKey(keyring, plaintext) }
}

/**
 * Checks form and checksum without a database, so that typing errors cost nothing. Throws UNAUTHENTICATED; the message reveals nothing of the text.
 */
export const parseApiKey = (text: string): ParsedApiKey => {
  const match = FORM.exec(text)
  const id = match?.[1]
  if (id === undefined) throw new Failure('UNAUTHENTICATED', 'the API key does not have the form inl_<id>_<secret>_<checksum>')
  if (match?.[3] !== checksumOf(text.slice(0, -CHECKSUM_LENGTH - 1))) {
    throw new Failure('UNAUTHENTICATED', 'the API key is mistyped or cut off: its checksum does not fit')
  }
  return { id, plaintext: text }
}

/** Compares a presented key with the stored hash in constant time. */
export const matchApiKey = (keyring: Keyring, presented: ParsedApiKey, storedHash: string): ApiKeyMatch => {
  const colon = storedHash.indexOf(':')
  const keyId = storedHash.slice(0, Math.max(colon, 0))
  const pepper = keyring.pepper(keyId)
  if (pepper === undefined) return { result: 'key_missing', keyId }
  const expected = Buffer.from(storedHash.slice(colon + 1), 'hex')
  const actual = digest(pepper, presented.plaintext)
  if (expected.byteLength !== actual.byteLength || !timingSafeEqual(expected, actual)) return { result: 'mismatch' }
  return keyId === keyring.primaryId ? { result: 'match' } : { result: 'match', rehash: hashApiKey(keyring, presented.plaintext) }
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const BASE = 62n

/** Returns the bytes as a number in base 62, padded to a fixed length. */
const toBase62 = (bytes: Uint8Array, length: number): string => {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)
  let text = ''
  for (; rest > 0n; rest /= BASE) text = `${DIGITS[Number(rest % BASE)]}${text}`
  return text.padStart(length, '0')
}
