import { Failure } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { createMasterKeyText, parseKeyring } from '../keyring/parse-keyring.js'
import { createApiKey, hashApiKey, matchApiKey, parseApiKey } from './api-key.js'

const k1 = createMasterKeyText('k1')
const k2 = createMasterKeyText('k2')
const keyring = parseKeyring(k1)

const failureOf = (text: string): Failure => {
  try {
    parseApiKey(text)
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('expected a Failure')
}

describe('API keys', () => {
  it('have a fixed form with their id in it, and are all different', () => {
    const keys = Array.from({ length: 200 }, () => createApiKey(keyring))
    for (const { id, plaintext, hash } of keys) {
      expect(plaintext).toMatch(/^inl_[0-9A-Za-z]{16}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/u)
      expect(parseApiKey(plaintext)).toEqual({ id, plaintext })
      expect(hash).toMatch(/^k1:[0-9a-f]{64}$/u)
      expect(hash).not.toContain(plaintext.slice(21, 64))
    }
    expect(new Set(keys.map(({ id }) => id)).size).toBe(200)
    expect(new Set(keys.map(({ plaintext }) => plaintext.slice(21))).size).toBe(200)
  })

  it('reveal a changed character without a database', () => {
    const { plaintext } = createApiKey(keyring)
    for (let at = 4; at < plaintext.length; at += 1) {
      const was = plaintext[at]
      if (was === '_') continue
      expect(failureOf(`${plaintext.slice(0, at)}${was === 'a' ? 'b' : 'a'}${plaintext.slice(at + 1)}`).message).toContain('checksum does not fit')
    }
  })

  it.each(['', 'inl_', 'Bearer x', `inl_${'a'.repeat(16)}_${'b'.repeat(43)}`, `xxx_${'a'.repeat(16)}_${'b'.repeat(43)}_cccccc`, 'x'.repeat(100_000)])(
    'refuse other forms without an echo (%#)',
    (text) => {
      const failure = failureOf(text)
      expect([failure.reason, failure.message]).toEqual(['UNAUTHENTICATED', 'the API key does not have the form inl_<id>_<secret>_<checksum>'])
    },
  )

  it('do not echo a mistyped secret', () => {
    const { plaintext } = createApiKey(keyring)
    const failure = failureOf(`${plaintext.slice(0, -1)}${plaintext.endsWith('a') ? 'b' : 'a'}`)
    expect(`${failure.stack}${failure.next}`).not.toContain(plaintext.slice(21, 64))
  })

  it('match only their own hash', () => {
    const one = createApiKey(keyring)
    const two = createApiKey(keyring)
    expect(matchApiKey(keyring, parseApiKey(one.plaintext), one.hash)).toEqual({ result: 'match' })
    expect(matchApiKey(keyring, parseApiKey(one.plaintext), two.hash)).toEqual({ result: 'mismatch' })
    expect(matchApiKey(keyring, parseApiKey(one.plaintext), 'k1:')).toEqual({ result: 'mismatch' })
    expect(matchApiKey(keyring, parseApiKey(one.plaintext), 'k1:00')).toEqual({ result: 'mismatch' })
  })

  it('depend on the master key, not only on the text', () => {
    const { plaintext, hash } = createApiKey(keyring)
    expect(matchApiKey(parseKeyring(createMasterKeyText('k1')), parseApiKey(plaintext), hash)).toEqual({ result: 'mismatch' })
  })

  it('survive a rotation: the old hash matches and is replaced, then the old key can be removed', () => {
    const { plaintext, hash } = createApiKey(keyring)
    const both = parseKeyring(`${k2},${k1}`)
    const matched = matchApiKey(both, parseApiKey(plaintext), hash)
    expect(matched).toEqual({ result: 'match', rehash: hashApiKey(parseKeyring(k2), plaintext) })
    expect(matchApiKey(parseKeyring(k2), parseApiKey(plaintext), hash)).toEqual({ result: 'key_missing', keyId: 'k1' })
    expect(matchApiKey(parseKeyring(k2), parseApiKey(plaintext), matched.result === 'match' ? (matched.rehash ?? '') : '')).toEqual({
      result: 'match',
    })
  })
})
