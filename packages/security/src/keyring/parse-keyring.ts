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
  // Buffer skips what is not base64 and would make another key out of a mistyped one.
  if (!BASE64.test(text) || key.toString('base64').replace(/=+$/u, '') !== text.replace(/=+$/u, '')) {
    throw new KeyringError(`part ${index + 1} has a key that is not base64`)
  }
  return { id, key }
}

/** `id:base64,id2:base64` → keyring whose primary is the first key. Throws `KeyringError`, which shows no part of a key. */
export const parseKeyring = (text: string): Keyring => {
  const keys = text
    .split(',')
    .map((part) => part.trim())
    .map(parseKey)
  return createKeyring({ keys, primary: keys[0]?.id ?? '' })
}

/** A new random key in the form `parseKeyring` reads. */
export const createMasterKeyText = (id: string): string => `${id}:${randomBytes(MASTER_KEY_BYTES).toString('base64')}`

/** The environment key of the master keys, for the schema of an app: reads a text, gives a keyring. */
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
