import { describe, expect, it } from 'vitest'
import { isCaller, keyActor, keyIdOf, ownerOf, tokenActor, tokenOwner } from './access.js'

describe('actors', () => {
  it('name the subject of a token and its client, and count what both created as the subject’s', () => {
    expect(tokenActor('auth0|alice', 'https://agent.example/client.json')).toBe('token:auth0|alice via https://agent.example/client.json')
    expect(ownerOf(tokenActor('alice', 'claude'))).toBe(ownerOf(tokenActor('alice', 'cursor')))
    expect(ownerOf(tokenActor('alice', 'claude'))).toBe(tokenOwner('alice'))
    expect([ownerOf(keyActor('k1')), keyIdOf(keyActor('k1')), keyIdOf('token:k1 via x'), keyIdOf('system')]).toEqual(['key:k1', 'k1', null, null])
    expect([isCaller(keyActor('k1')), isCaller(tokenActor('a', 'b')), isCaller('system')]).toEqual([true, true, false])
  })

  it('cannot be mistaken for one another', () => {
    expect(ownerOf(tokenActor('alice via claude', 'x'))).not.toBe(tokenOwner('alice'))
    const subjects = ['a b', 'a%20b', 'a\u00a0b', 'a\0b', 'ä', 'a\nb', 'a\ud800', 'a']
    expect(new Set(subjects.map((subject) => tokenOwner(subject))).size).toBe(subjects.length)
    for (const subject of subjects) expect(tokenActor(subject, subject)).toMatch(/^token:[!-~]+ via [!-~]+$/u)
  })
})
