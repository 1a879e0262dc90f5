import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts with AES-256-GCM (NIST SP 800-38D) and a random 96-bit IV; returns base64 of IV, ciphertext and tag. A key may seal at most 2^32 texts.
 */
export const encrypt = (key: KeyObject, plain: Uint8Array, aad: Uint8Array): string => {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(aad)
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

/** Decrypts what was encrypted with this key and additional data; throws when either differs or a bit was changed. */
export const decrypt = (key: KeyObject, sealed: string, aad: Uint8Array): Buffer => {
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.byteLength < IV_BYTES + TAG_BYTES) throw new Error('the ciphertext is too short')
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(aad)
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()])
}

/** Encodes parts as additional data, so that no two lists of parts give the same bytes. */
export const aadOf = (...parts: readonly (string | number | readonly string[])[]): Buffer => Buffer.from(JSON.stringify(parts))
