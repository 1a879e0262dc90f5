import { describe, expect, it } from 'vitest'
import { mergeValues } from './merge-values.js'

describe('changes of two people', () => {
  it.each([
    [
      'stay, where each has changed another field',
      { a: 1, b: { c: 1, d: 1 } },
      { a: 2, b: { c: 1, d: 2 } },
      { a: 1, b: { c: 2, d: 1 } },
      { a: 2, b: { c: 2, d: 2 } },
    ],
    ['are mine, where both have changed the same field', { a: 1 }, { a: 2 }, { a: 3 }, { a: 2 }],
    ['are mine, where lists differ', { a: [1] }, { a: [1, 2] }, { a: [1, 3] }, { a: [1, 2] }],
    ['keep what was added and removed on each side', { a: 1, b: 1 }, { b: 1, c: 2 }, { a: 1, d: 3 }, { d: 3, c: 2 }],
    ['keep what I have emptied', { a: { b: 1 } }, {}, { a: { b: 1, c: 2 } }, {}],
    [
      'are not mixed where another kind was chosen',
      { auth: { kind: 'none' } },
      { auth: { kind: 'bearer' } },
      { auth: { kind: 'basic', user: 'u' } },
      { auth: { kind: 'bearer' } },
    ],
    ['begin where there was nothing', null, { rows: 1 }, { docs: 2 }, { rows: 1 }],
    ['are theirs where I have changed nothing', { a: 1 }, { a: 1 }, { a: 2, b: 3 }, { a: 2, b: 3 }],
  ])('%s', (_what, ...[base, mine, theirs, expected]) => {
    expect(mergeValues(base, mine, theirs)).toEqual(expected)
  })
})
