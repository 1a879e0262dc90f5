import { createApiKey, createMasterKeyText, parseApiKey, parseKeyring } from '@inlet/security'
import { expect, it } from 'vitest'
import { createProvenKeys } from './authenticate.js'

const keyring = parseKeyring(createMasterKeyText('k1'))
const newKey = () => parseApiKey(createApiKey(keyring).plaintext)
const caller = { kind: 'key', id: 'k', name: 'reader', scopes: ['read'] } as const

it('knows a key that was valid within the last minute, but never another secret of the same id', () => {
  let time = 0
  const proven = createProvenKeys(() => time)
  const key = newKey()
  expect(proven.find(key)).toBeNull()
  proven.note(key, caller)
  expect(proven.find(key)).toBe(caller)
  expect(proven.find({ ...newKey(), id: key.id })).toBeNull()
  time = 60_000
  expect(proven.find(key)).toBeNull()
})

it('forgets a key that is no longer valid, and the oldest of too many', () => {
  const proven = createProvenKeys(() => 0)
  const [first, second] = [newKey(), newKey()]
  proven.note(first, caller)
  proven.note(first, null)
  expect(proven.find(first)).toBeNull()
  proven.note(first, caller)
  proven.note(second, caller)
  for (let n = 0; n < 999; n += 1) proven.note({ id: `k${n}`, plaintext: `k${n}` }, caller)
  expect([proven.find(first), proven.find(second)]).toEqual([null, caller])
})
