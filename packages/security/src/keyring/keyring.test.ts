import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createKeyring, KeyringError } from './keyring.js'
import { createMasterKeyText, envKeyring, parseKeyring } from './parse-keyring.js'

const k1 = createMasterKeyText('k1')
const k2 = createMasterKeyText('k2')

const messageOf = (text: string): string => {
  try {
    parseKeyring(text)
  } catch (error) {
    if (error instanceof KeyringError) return error.message
    throw error
  }
  throw new Error('expected a KeyringError')
}

describe('parseKeyring', () => {
  it('uses the first key as primary and keeps all of them', () => {
    const keyring = parseKeyring(`${k2}, ${k1}`)
    expect([keyring.primaryId, keyring.ids]).toEqual(['k2', ['k2', 'k1']])
    expect(keyring.wrapping('k1')).toBeDefined()
    expect(keyring.wrapping('k3')).toBeUndefined()
  })

  it.each([
    ['', 'part 1 is not of the form id:base64'],
    ['c2VjcmV0LXNlY3JldA==', 'part 1 is not of the form id:base64'],
    [`${k1},`, 'part 2 is not of the form id:base64'],
    ['k1:c2VjcmV0', 'key k1 has 6 bytes instead of 32'],
    [`k1:${Buffer.alloc(33).toString('base64')}`, 'key k1 has 33 bytes instead of 32'],
    ['k1:not base64!', 'part 1 has a key that is not base64'],
    [`${k1},${k1}`, 'key k1 is listed twice'],
    [`k 1:${createMasterKeyText('x').slice(2)}`, 'an id of a key has 1 to 32 letters, digits, _ or -'],
  ])('refuses %s and shows no key', (text, message) => {
    expect(messageOf(text)).toBe(message)
  })

  it.each([
    ['all zero', Buffer.alloc(32)],
    ['one byte', Buffer.alloc(32, 0xff)],
    ['a pattern', Buffer.alloc(32, 'secret')],
    ['half of it twice', Buffer.alloc(32, createMasterKeyText('k').slice(2, 18))],
    ['counting up', Buffer.from(Array.from({ length: 32 }, (_, n) => n))],
    ['counting down', Buffer.from(Array.from({ length: 32 }, (_, n) => 200 - 3 * n))],
    ['few bytes', Buffer.from('0101101011010010'.repeat(2))],
    ['a word and zeros', Buffer.concat([Buffer.from('password'), Buffer.alloc(24)])],
  ])('refuses a key that is not random: %s', (_what, key) => {
    expect(messageOf(`${k1},k9:${key.toString('base64')}`)).toMatch(/^key k9 is not random: make one with/u)
  })

  it('accepts random keys', () => {
    for (let n = 0; n < 2_000; n += 1) expect(parseKeyring(createMasterKeyText('k')).primaryId).toBe('k')
  })

  it('refuses a primary that is not among the keys', () => {
    expect(() => createKeyring({ keys: [{ id: 'a', key: new Uint8Array(32) }], primary: 'b' })).toThrow('the primary key b is not among the keys')
  })

  it('shows no key material, however it is printed', () => {
    const keyring = parseKeyring(k1)
    const key = keyring.wrapping('k1')?.export().toString('base64') ?? 'none'
    const shown = `${JSON.stringify(keyring)} ${inspect(keyring, { depth: 9, showHidden: true })} ${JSON.stringify(keyring.wrapping('k1'))} ${inspect(keyring.wrapping('k1'))}`
    expect(shown).not.toContain(key)
    expect(shown).not.toContain(k1.slice(3))
  })
})

describe('envKeyring', () => {
  it('returns a keyring, or one issue without the value', () => {
    const schema = z.object({ KEYS: envKeyring })
    expect(schema.parse({ KEYS: k1 }).KEYS.primaryId).toBe('k1')
    const failed = schema.safeParse({ KEYS: 'k1:c2VjcmV0' })
    expect(failed.error?.issues.map((issue) => issue.message)).toEqual(['key k1 has 6 bytes instead of 32'])
  })
})
