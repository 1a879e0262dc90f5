import { describe, expect, it } from 'vitest'
import { parseGrantedScopes, warnOfScopes } from './granted-scopes.js'

describe('the scopes of a token', () => {
  it.each<[string | undefined, readonly string[] | null]>([
    [undefined, null],
    ['', []],
    ['repo', ['repo']],
    [' repo,admin:org ,, read:user', ['repo', 'admin:org', 'read:user']],
  ])('of %j are %j', (header, scopes) => expect(parseGrantedScopes(header)).toEqual(scopes))

  it('are warned of where they allow more than reading', () => {
    const rule = { reads: (scope: string) => scope.startsWith('read:'), advice: 'use another one' }
    expect([null, [], ['read:org']].flatMap((granted) => warnOfScopes(granted, rule))).toEqual([])
    expect(warnOfScopes(['read:org', 'delete_repo', 'repo'], rule)).toEqual([
      { code: 'TOKEN_TOO_POWERFUL', message: expect.stringMatching(/\(delete_repo, repo\); use another one$/) as string },
    ])
  })
})
