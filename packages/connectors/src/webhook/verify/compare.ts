import { createHmac, timingSafeEqual } from 'node:crypto'

export type HashAlgorithm = 'sha256' | 'sha512'

/** Whether one of the given signatures is the HMAC of the parts under one of the keys; takes the same time wherever they differ. */
export const isSigned = (
  parts: readonly (string | Buffer)[],
  keys: readonly (string | Buffer)[],
  given: readonly Buffer[],
  algorithm: HashAlgorithm = 'sha256',
): boolean => {
  let found = false
  for (const key of keys) {
    const hmac = createHmac(algorithm, key)
    for (const part of parts) hmac.update(part)
    const expected = hmac.digest()
    for (const signature of given) found = (signature.length === expected.length && timingSafeEqual(signature, expected)) || found
  }
  return found
}

/** Whether the text is one of the secrets; their length stays hidden, too. */
export const isOneOf = (given: string, secrets: readonly string[]): boolean => {
  const digest = (text: string): Buffer => createHmac('sha256', 'inlet').update(text).digest()
  const actual = digest(given)
  let found = false
  for (const secret of secrets) found = timingSafeEqual(actual, digest(secret)) || found
  return found
}

const HEX = /^(?:[0-9a-f]{2})+$/i

/** Decodes signatures; text that is not in the encoding yields empty bytes, which equal nothing. Only the first 20 are considered. */
export const decodeSignatures = (texts: readonly string[], encoding: 'hex' | 'base64'): readonly Buffer[] =>
  texts.slice(0, 20).map((text) => (encoding === 'hex' && !HEX.test(text) ? Buffer.alloc(0) : Buffer.from(text, encoding)))
