import { describe, expect, it } from 'vitest'
import { createMasterKeyText, parseKeyring } from '../keyring/parse-keyring.js'
import { checkCanary, sealCanary } from './canary.js'

const k1 = createMasterKeyText('k1')
const k2 = createMasterKeyText('k2')

describe('checkCanary', () => {
  const stored = sealCanary(parseKeyring(k1))

  it('accepts the key of the database, and reports when it is an older one', () => {
    expect(checkCanary(parseKeyring(k1), stored)).toBe('current')
    expect(checkCanary(parseKeyring(`${k2},${k1}`), stored)).toBe('old_key')
  })

  it('names a missing key', () => {
    expect(() => checkCanary(parseKeyring(k2), stored)).toThrow(
      'the secrets of this database were sealed with key k1, which is not configured (configured: k2)',
    )
  })

  it('detects a wrong key under the right id', () => {
    expect(() => checkCanary(parseKeyring(createMasterKeyText('k1')), stored)).toThrow('key k1 is configured, but is not the key of that id')
  })

  it('refuses anything that is not a canary', () => {
    expect(() => checkCanary(parseKeyring(k1), 'nonsense')).toThrow('sealed with key with an invalid id')
    expect(() => checkCanary(parseKeyring(k1), 'k1:AAAA')).toThrow('is not the key of that id')
  })
})
