import { describe, expect, it } from 'vitest'
import { hasScope, isScope, SCOPES } from './access.js'

describe('scopes', () => {
  it('include those before them', () => {
    const table = SCOPES.map((granted) => SCOPES.map((needed) => hasScope([granted], needed)))
    expect(table).toEqual([
      [true, false, false, false],
      [true, true, false, false],
      [true, true, true, false],
      [true, true, true, true],
    ])
    expect([hasScope([], 'read'), isScope('admin'), isScope('root')]).toEqual([false, true, false])
  })
})
