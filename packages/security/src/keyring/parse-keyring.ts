import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { createKeyring, type Keyring, KeyringError, MASTER_KEY_BYTES, type MasterKey } from './keyring.js'

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/u

const parseKey = (part: string, index: number): MasterKey => {
  const colon = part.indexOf(':')
  if (colon < 1) throw new KeyringError(`part ${index + 1} is not of the form id:base64`)
  const id = part.slice(0, colon)
  const text = part.slice(colon + 1)
  const key = Buffer.from(text, 'base64')
  // Buffer skips what is not base64 and would silently make a different key of a mistyped one.
  if (!BASE64.test(text) || key.toString('base64').replace(/=+$/u, '') !== text.replace(/=+$/u, '')) {
    throw new KeyringError(`part ${index + 1} has a key that is not base64`)
  }
  return { id, key }
}

/** Parses `id:base64,id2:base64` into a keyring whose primary is the first key. Throws `KeyringError`, which reveals no part of a key. */
export const parseKeyring = (text: string): Keyring => {
  const keys = text
    .split(',')
    .map((part) => part.trim())
    .map(parseKey)
  for (const { id, key } of keys) if (isTrivial(key)) throw new KeyringError(`key ${id} is not random: ${HOW_TO_MAKE}`)
  return createKeyring({ keys, primary: keys[0]?.id ?? '' })
}

const HOW_TO_MAKE = 'make one with `inlet keys generate`'
/** Of 32 random bytes, fewer are different only once in 10^20. */
const LEAST_DIFFERENT = 12
const LONGEST_PATTERN = 16

/** Whether a key was made up: one byte repeated, a short pattern, or counting. A key of another length is refused for that. */
const isTrivial = (key: Uint8Array): boolean => {
  if (key.byteLength !== MASTER_KEY_BYTES) return false
  const bytes = [...key]
  const step = (bytes[1] ?? 0) - (bytes[0] ?? 0)
  const counts = bytes.every((byte, i) => i === 0 || byte === (((bytes[i - 1] ?? 0) + step + 256) & 255))
  const repeats = Array.from({ length: LONGEST_PATTERN }, (_, n) => n + 1).some((length) => bytes.every((byte, i) => byte === bytes[i % length]))
  return counts || repeats || new Set(bytes).size < LEAST_DIFFERENT
}

/** Creates a random key in the form that `parseKeyring` reads. */
export const createMasterKeyText = (id: string): string => `${id}:${randomBytes(MASTER_KEY_BYTES).toString('base64')}`

/** The environment key for the master keys, for the schema of an app: parses text into a keyring. */
export const envKeyring = z
  .string()
  .transform((text, context): Keyring => {
    try {
      return parseKeyring(text)
    } catch (error) {
      if (!(error instanceof KeyringError)) throw error
      context.addIssue(error.message)
      return z.NEVER
    }
  })
  .describe('master keys as id:base64 of 32 bytes, separated by commas; the first seals, all open')
