import { expect, it } from 'vitest'
import { tokenScopes } from './access.js'

it('recognizes the scopes with the prefix, and no others', () => {
  expect(tokenScopes('openid inlet:read inlet:publish inlet:read', 'inlet:')).toEqual(['read', 'publish'])
  expect(tokenScopes(['inlet-admin', 'admin', 7, null, ['inlet-read']], 'inlet-')).toEqual(['admin'])
  for (const claim of [undefined, null, '', 'read admin', 'inlet:', 'inlet:root', 'Inlet:read', 'xinlet:read', { 0: 'inlet:admin' }, 5])
    expect(tokenScopes(claim, 'inlet:')).toEqual([])
})
