import { describe, expect, it } from 'vitest'
import { toRowKeys } from './use-row-keys.js'

const keysOf = (...steps: readonly string[]): readonly (readonly (string | number)[])[] => {
  let shown: ReturnType<typeof toRowKeys> = { keys: new Map(), next: 0 }
  return steps.map((ids) => {
    shown = toRowKeys(ids.split(''), shown)
    return [...shown.keys.values()]
  })
}

describe('the keys of the rows in sight', () => {
  it('stay with a row while it is in sight, and those that join it get new ones', () => {
    expect(keysOf('abc', 'bcd', 'abc')).toEqual([
      [0, 1, 2],
      [1, 2, 3],
      [4, 1, 2],
    ])
  })

  it('go to other rows in their order when none of before is in sight', () => {
    expect(keysOf('abc', 'xyz', 'pqrs', 'k', 'lm')).toEqual([[0, 1, 2], [0, 1, 2], [0, 1, 2, 3], [0], [0, 4]])
  })
})
