import { createHmac, timingSafeEqual } from 'node:crypto'
import { canonicalJson } from '@inlet/domain'
import type { Keyring } from '../keyring/keyring.js'
import type { Secrets } from './envelope.js'

const digest = (keyring: Keyring, keyId: string, sourceId: string, secrets: Secrets): Buffer | null => {
  const key = keyring.pepper(keyId)
  return key === undefined
    ? null
    : createHmac('sha256', key)
        .update(`secrets fingerprint\0${sourceId}\0${canonicalJson(secrets)}`)
        .digest()
}

/**
 * Returns a fingerprint that later shows whether the same secrets are given again, without decrypting them: `<key id>:<hex of HMAC-SHA-256>`; null
 * without secrets.
 */
export const fingerprintSecrets = (keyring: Keyring, sourceId: string, secrets: Secrets): string | null => {
  if (Object.keys(secrets).length === 0) return null
  return `${keyring.primaryId}:${digest(keyring, keyring.primaryId, sourceId, secrets)?.toString('hex') ?? ''}`
}

/** Whether a fingerprint belongs to these secrets. One made with a key that is gone matches nothing. */
export const matchesFingerprint = (
  keyring: Keyring,
  sourceId: string,
  given: { readonly secrets: Secrets; readonly stored: string | null },
): boolean => {
  const { secrets, stored } = given
  if (stored === null || Object.keys(secrets).length === 0) return stored === null && Object.keys(secrets).length === 0
  const colon = stored.indexOf(':')
  const actual = digest(keyring, stored.slice(0, Math.max(colon, 0)), sourceId, secrets)
  const expected = Buffer.from(stored.slice(colon + 1), 'hex')
  return actual !== null && actual.byteLength === expected.byteLength && timingSafeEqual(actual, expected)
}
