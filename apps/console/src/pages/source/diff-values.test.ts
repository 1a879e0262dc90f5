import { describe, expect, it } from 'vitest'
import { diffValues } from './diff-values.js'

describe('diffValues', () => {
  it('names what was added, removed and changed', () => {
    const before = { a: 1, b: { c: [1], d: 'x' }, gone: true }
    const after = { a: 1, b: { c: [1, 2], d: 'x' }, fresh: null }
    expect(diffValues(before, after, 'config')).toEqual([
      { path: 'config.b.c', before: [1], after: [1, 2] },
      { path: 'config.fresh', after: null },
      { path: 'config.gone', before: true },
    ])
  })
})
