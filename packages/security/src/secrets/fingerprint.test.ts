import { describe, expect, it } from 'vitest'
import { createMasterKeyText, parseKeyring } from '../keyring/parse-keyring.js'
import { fingerprintSecrets, matchesFingerprint } from './fingerprint.js'

const [one, two] = [createMasterKeyText('one'), createMasterKeyText('two')]
const keyring = parseKeyring(one)
const rotated = parseKeyring(`${two},${one}`)
const secrets = { password: 'hunter2', headers: { 'X-Key': 'abc' } }
const stored = fingerprintSecrets(keyring, 'source-1', secrets)

describe('fingerprints of secrets', () => {
  it('match the same secrets in any order, but only of the same source', () => {
    const again = { headers: { 'X-Key': 'abc' }, password: 'hunter2' }
    expect(matchesFingerprint(keyring, 'source-1', { secrets: again, stored })).toBe(true)
    expect(matchesFingerprint(keyring, 'source-2', { secrets, stored })).toBe(false)
    expect(matchesFingerprint(keyring, 'source-1', { secrets: { ...secrets, password: 'hunter3' }, stored })).toBe(false)
    expect(matchesFingerprint(keyring, 'source-1', { secrets: { password: 'hunter2' }, stored })).toBe(false)
  })
  it('remain valid after a rotation as long as the older key is configured', () => {
    expect(matchesFingerprint(rotated, 'source-1', { secrets, stored })).toBe(true)
    expect(matchesFingerprint(parseKeyring(two), 'source-1', { secrets, stored })).toBe(false)
    expect(fingerprintSecrets(rotated, 'source-1', secrets)).toMatch(/^two:[0-9a-f]{64}$/)
  })
  it('are null without secrets', () => {
    expect(fingerprintSecrets(keyring, 'source-1', {})).toBeNull()
    expect(matchesFingerprint(keyring, 'source-1', { secrets: {}, stored: null })).toBe(true)
    expect(matchesFingerprint(keyring, 'source-1', { secrets: {}, stored })).toBe(false)
    expect(matchesFingerprint(keyring, 'source-1', { secrets, stored: null })).toBe(false)
  })
})
