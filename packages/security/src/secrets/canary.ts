import { Failure } from '@inlet/domain'
import { EnvError } from '@inlet/runtime'
import type { Keyring } from '../keyring/keyring.js'
import { aadOf, decrypt, encrypt } from './cipher.js'
import { getWrappingKey } from './envelope.js'

const PLAIN = 'inlet canary'
const aadFor = (keyId: string): Buffer => aadOf('canary', keyId)

/** Seals a known text with the primary key, as `keyId:base64`: store it once per database, check it at every start. */
export const sealCanary = (keyring: Keyring): string => {
  const keyId = keyring.primaryId
  return `${keyId}:${encrypt(getWrappingKey(keyring, keyId, 'the canary would be'), Buffer.from(PLAIN), aadFor(keyId))}`
}

/**
 * Checks whether the configured keys are those of this database: 'current', or 'old_key' when the canary should be resealed with the primary key.
 * Throws SECRET_UNREADABLE, naming the key, when it is missing or is a different one under the same id.
 */
export const checkCanary = (keyring: Keyring, stored: string): 'current' | 'old_key' => {
  const colon = stored.indexOf(':')
  const keyId = stored.slice(0, Math.max(colon, 0))
  const key = getWrappingKey(keyring, keyId, 'the secrets of this database were')
  try {
    if (decrypt(key, stored.slice(colon + 1), aadFor(keyId)).toString('utf8') !== PLAIN) throw new Error('another text')
  } catch (error) {
    throw new Failure('SECRET_UNREADABLE', `key ${keyId} is configured, but is not the key of that id that sealed the secrets of this database`, {
      next: `Configure the key ${keyId} this database was set up with; keep the old one when rotating.`,
      cause: error,
    })
  }
  return keyId === keyring.primaryId ? 'current' : 'old_key'
}

/** The setting of an installation that holds its canary. */
export const CANARY_SETTING = 'encryption_canary'

/**
 * Makes sure that the configured keys are those of this installation, before anything else starts. `claim` writes a setting unless it exists, and
 * returns the value in effect. Throws `EnvError` (exit 78): a restart would not help.
 */
export const requireKeys = async (keyring: Keyring, claim: (key: string, value: string) => Promise<unknown>): Promise<void> => {
  const stored = String(await claim(CANARY_SETTING, sealCanary(keyring)))
  try {
    checkCanary(keyring, stored)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new EnvError([{ key: 'INLET_ENCRYPTION_KEYS', rule: `${error.message}. ${error.next}` }])
  }
}
