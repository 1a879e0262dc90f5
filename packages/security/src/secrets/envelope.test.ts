import { Failure } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { createMasterKeyText, parseKeyring } from '../keyring/parse-keyring.js'
import { needsRewrap, openSecrets, rewrapSecrets, type SealedSecrets, sealSecrets } from './envelope.js'

const k1 = createMasterKeyText('k1')
const k2 = createMasterKeyText('k2')
const keyring = parseKeyring(k1)
const place = { ownerId: 's1', version: 3 }
const CANARY = 'canary-5f3759df'
const secrets = { password: CANARY, token: `${CANARY}-2`, options: { pin: 1234, list: [null, 'ü'] }, empty: '' }

const failureOf = (run: () => unknown): Failure => {
  try {
    run()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('expected a Failure')
}

const swapped = (sealed: SealedSecrets, a: string, b: string): SealedSecrets => ({
  ...sealed,
  fields: { ...sealed.fields, [a]: sealed.fields[b] ?? '', [b]: sealed.fields[a] ?? '' },
})

describe('sealSecrets and openSecrets', () => {
  it('return any JSON value, even after a trip through JSON', () => {
    const stored: unknown = JSON.parse(JSON.stringify(sealSecrets(keyring, place, secrets)))
    expect(openSecrets(keyring, place, stored)).toEqual(secrets)
  })

  it('hide the values, name the key in the stored form, and never produce the same text twice', () => {
    const one = sealSecrets(keyring, place, secrets)
    const two = sealSecrets(keyring, place, secrets)
    expect(one.keyId).toBe('k1')
    expect(JSON.stringify(one)).not.toContain('canary')
    expect(Object.values(one.fields).filter((text) => Object.values(two.fields).includes(text))).toEqual([])
    expect(one.dataKey).not.toBe(two.dataKey)
  })

  const sealed = sealSecrets(keyring, place, secrets)
  const { token: _, ...withoutToken } = sealed.fields
  const other = sealSecrets(keyring, { ownerId: 's2', version: 3 }, secrets)
  const flipped = (text: string): string => {
    const bytes = Buffer.from(text, 'base64')
    bytes[20] = (bytes[20] ?? 0) ^ 1
    return bytes.toString('base64')
  }
  it.each<[string, { ownerId: string; version: number }, unknown]>([
    ['on another source', { ownerId: 's2', version: 3 }, sealed],
    ['on another version of the credential', { ownerId: 's1', version: 4 }, sealed],
    ['in another field', place, swapped(sealed, 'password', 'token')],
    ['with a field of another source', place, { ...sealed, fields: { ...sealed.fields, password: other.fields['password'] } }],
    ['with the data key of another source', place, { ...sealed, dataKey: other.dataKey }],
    ['with a field taken away', place, { ...sealed, fields: withoutToken }],
    ['with a field added', place, { ...sealed, fields: { ...sealed.fields, extra: sealed.fields['token'] } }],
    ['with a changed bit in a field', place, { ...sealed, fields: { ...sealed.fields, password: flipped(sealed.fields['password'] ?? '') } }],
    ['with a changed bit in the data key', place, { ...sealed, dataKey: flipped(sealed.dataKey) }],
    ['cut off', place, { ...sealed, fields: { ...sealed.fields, password: 'AAAA' } }],
    ['in an unknown form', place, { ...sealed, v: 2 }],
    ['in clear', place, secrets],
    ['as nothing', place, null],
  ])('do not open %s', (_, where, stored) => {
    const failure = failureOf(() => openSecrets(keyring, where, stored))
    expect(failure.reason).toBe('SECRET_UNREADABLE')
    expect(`${failure.message}${failure.next}${failure.stack}${String(failure.cause)}`).not.toContain('canary')
  })

  it('support two keys at once', () => {
    const both = parseKeyring(`${k2},${k1}`)
    expect(openSecrets(both, place, sealed)).toEqual(secrets)
    expect(sealSecrets(both, place, secrets).keyId).toBe('k2')
  })

  it('name the key that is missing', () => {
    const failure = failureOf(() => openSecrets(parseKeyring(k2), place, sealed))
    expect([failure.reason, failure.message]).toEqual([
      'SECRET_UNREADABLE',
      'the secrets of s1 were sealed with key k1, which is not configured (configured: k2)',
    ])
  })

  it('detect another key under the same id', () => {
    const failure = failureOf(() => openSecrets(parseKeyring(createMasterKeyText('k1')), place, sealed))
    expect(failure.reason).toBe('SECRET_UNREADABLE')
    expect(failure.message).toContain('k1 was another key then')
  })

  it('refuse field names that could reach a prototype', () => {
    expect(failureOf(() => sealSecrets(keyring, place, JSON.parse('{"__proto__":"x"}'))).reason).toBe('FORBIDDEN_KEY')
  })
})

describe('rewrapSecrets', () => {
  it('reseals with the primary key, so that the old one can be removed', () => {
    const sealed = sealSecrets(keyring, place, secrets)
    const both = parseKeyring(`${k2},${k1}`)
    expect([needsRewrap(keyring, sealed), needsRewrap(both, sealed)]).toEqual([false, true])
    const rewrapped = rewrapSecrets(both, place, sealed)
    expect(needsRewrap(both, rewrapped)).toBe(false)
    expect(openSecrets(parseKeyring(k2), place, rewrapped)).toEqual(secrets)
    expect(openSecrets(both, place, sealed)).toEqual(secrets)
  })
})
