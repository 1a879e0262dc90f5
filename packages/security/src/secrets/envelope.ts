import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { Failure } from '@inlet/domain'
import { z } from 'zod'
import { type Keyring, MASTER_KEY_BYTES } from '../keyring/keyring.js'
import { aadOf, decrypt, encrypt } from './cipher.js'

const base64 = z.base64()

/** The stored form of a credential's secrets: one ciphertext per field, under a data key that the master key `keyId` wraps. */
export const sealedSecretsSchema = z.strictObject({
  v: z.literal(1),
  keyId: z.string(),
  dataKey: base64,
  fields: z.record(z.string(), base64),
})

export type SealedSecrets = z.output<typeof sealedSecretsSchema>

/** The row a sealed text belongs to; the ciphertext can be opened nowhere else. */
export interface SecretPlace {
  /** The source, shared credential or call whose secrets these are. */
  readonly ownerId: string
  /** The version of the credential; 0 for a call. */
  readonly version: number
}

export type Secrets = Readonly<Record<string, unknown>>

const FORBIDDEN_FIELDS = new Set(['__proto__', 'constructor', 'prototype'])
const SET_AGAIN = 'Set the secrets again.'

// Includes the names of all fields, so that none can be removed or added.
const dataKeyAad = (place: SecretPlace, keyId: string, fields: readonly string[]): Buffer =>
  aadOf('data key', place.ownerId, place.version, keyId, [...fields].sort())

const fieldAad = (place: SecretPlace, keyId: string, field: string): Buffer => aadOf('field', place.ownerId, field, place.version, keyId)

/** Returns the wrapping key with an id. Throws `SECRET_UNREADABLE` that names the id. */
export const getWrappingKey = (keyring: Keyring, keyId: string, what: string): KeyObject => {
  const key = keyring.wrapping(keyId)
  if (key !== undefined) return key
  const shown = /^[A-Za-z0-9_-]{1,32}$/u.test(keyId) ? keyId : 'with an invalid id'
  throw new Failure('SECRET_UNREADABLE', `${what} sealed with key ${shown}, which is not configured (configured: ${keyring.ids.join(', ')})`)
}

/**
 * Encrypts every field (any JSON value) under a fresh data key, bound to owner, field, credential version and key. The result is plain JSON without a
 * secret. Throws FORBIDDEN_KEY for fields like __proto__.
 */
export const sealSecrets = (keyring: Keyring, place: SecretPlace, secrets: Secrets): SealedSecrets => {
  const keyId = keyring.primaryId
  const entries = Object.entries(secrets).filter(([, value]) => value !== undefined)
  for (const [field] of entries) {
    if (FORBIDDEN_FIELDS.has(field)) throw new Failure('FORBIDDEN_KEY', 'a field of the secrets has a name that is not allowed', { field })
  }
  const dataKey = randomBytes(MASTER_KEY_BYTES)
  const key = createSecretKey(dataKey)
  const wrapping = getWrappingKey(keyring, keyId, 'secrets would be')
  const names = entries.map(([field]) => field)
  const wrapped = encrypt(wrapping, dataKey, dataKeyAad(place, keyId, names))
  dataKey.fill(0)
  const fields = entries.map(([field, value]) => [field, encrypt(key, Buffer.from(JSON.stringify(value)), fieldAad(place, keyId, field))])
  return { v: 1, keyId, dataKey: wrapped, fields: Object.fromEntries(fields) }
}

const openAll = (wrapping: KeyObject, place: SecretPlace, sealed: SealedSecrets): Secrets => {
  const { keyId, fields } = sealed
  const dataKey = decrypt(wrapping, sealed.dataKey, dataKeyAad(place, keyId, Object.keys(fields)))
  const key = createSecretKey(dataKey)
  dataKey.fill(0)
  const open = (field: string, text: string): unknown => JSON.parse(decrypt(key, text, fieldAad(place, keyId, field)).toString('utf8'))
  return Object.fromEntries(Object.entries(fields).map(([field, text]) => [field, open(field, text)]))
}

/**
 * Decrypts secrets. Call it in a worker, just before use, and register the result with the log's secret registry. Throws SECRET_UNREADABLE when the
 * key is not configured (the message names its id), when it has other key material than the one that sealed, or when the ciphertext was changed, or
 * moved to another owner, version or field.
 */
export const openSecrets = (keyring: Keyring, place: SecretPlace, stored: unknown): Secrets => {
  const parsed = sealedSecretsSchema.safeParse(stored)
  const subject = `the secrets of ${place.ownerId}`
  if (!parsed.success) throw new Failure('SECRET_UNREADABLE', `${subject} are not stored in a known form`, { next: SET_AGAIN })
  const wrapping = getWrappingKey(keyring, parsed.data.keyId, `${subject} were`)
  try {
    return openAll(wrapping, place, parsed.data)
  } catch {
    // Without the cause: an error of JSON.parse quotes its input, the plain secret.
    const { keyId } = parsed.data
    throw new Failure(
      'SECRET_UNREADABLE',
      `${subject} cannot be opened with key ${keyId}: they were changed or moved, or ${keyId} was another key then`,
      {
        next: `Configure the key ${keyId} that sealed them, or set the secrets again.`,
      },
    )
  }
}

/** Whether the secrets were sealed with a key other than the primary one, so that a rotation must rewrap them. */
export const needsRewrap = (keyring: Keyring, sealed: SealedSecrets): boolean => sealed.keyId !== keyring.primaryId

/**
 * Reseals secrets with the primary key and a fresh data key. Throws like `openSecrets`. Write the result back only if the row did not change
 * meanwhile.
 */
export const rewrapSecrets = (keyring: Keyring, place: SecretPlace, stored: unknown): SealedSecrets =>
  sealSecrets(keyring, place, openSecrets(keyring, place, stored))
