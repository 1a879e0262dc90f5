import { createKeyring, createMasterKeyText, parseKeyring } from '@inlet/security'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createPageTokens, listName } from './page-token.js'

const keyring = parseKeyring(createMasterKeyText('a'))
const position = z.tuple([z.string(), z.int()])
const list = listName('things', { limit: 5, cursor: 'x', status: 'ACTIVE' })

describe('page tokens', () => {
  it('are returned unchanged, for the same list with any page size', () => {
    const token = createPageTokens(keyring).encode(list, ['é', 7])
    expect(createPageTokens(keyring).decode(listName('things', { limit: 9, status: 'ACTIVE' }), token, position)).toEqual(['é', 7])
  })
  it('survive a rotation of the master key', () => {
    const [a, b] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
    const token = createPageTokens(createKeyring({ keys: [{ id: 'a', key: a }], primary: 'a' })).encode(list, ['x', 1])
    const keys = [
      { id: 'a', key: a },
      { id: 'b', key: b },
    ]
    expect(createPageTokens(createKeyring({ keys, primary: 'b' })).decode(list, token, position)).toEqual(['x', 1])
  })
  it('are refused when altered, for another list, or by another key', () => {
    const tokens = createPageTokens(keyring)
    const token = tokens.encode(list, ['x', 1])
    const payload = Buffer.from(JSON.stringify(['x', 2])).toString('base64url')
    for (const bad of ['', '.', `${token}.`, `${token}=`, `${payload}.${token.split('.')[1]}`, token.slice(1)])
      expect(() => tokens.decode(list, bad, position)).toThrow(expect.objectContaining({ reason: 'INVALID_CURSOR' }))
    expect(() => tokens.decode(listName('others', {}), token, position)).toThrow(expect.objectContaining({ reason: 'INVALID_CURSOR' }))
    expect(() => createPageTokens(parseKeyring(createMasterKeyText('a'))).decode(list, token, position)).toThrow(
      expect.objectContaining({ reason: 'INVALID_CURSOR' }),
    )
  })
})
