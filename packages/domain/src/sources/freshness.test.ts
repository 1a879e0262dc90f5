import { expect, it } from 'vitest'
import { decideFreshness } from './freshness.js'

const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute))

it.each([
  ['no objective', { lastSuccessAt: at(0), freshWithinSeconds: null }, { state: 'unknown', staleSince: null }],
  ['a recent success', { lastSuccessAt: at(50), freshWithinSeconds: 900 }, { state: 'fresh', staleSince: null }],
  ['a success just too old', { lastSuccessAt: at(45), freshWithinSeconds: 900 }, { state: 'stale', staleSince: at(60) }],
  ['an old success', { lastSuccessAt: at(10), freshWithinSeconds: 900 }, { state: 'stale', staleSince: at(25) }],
  ['a new source', { lastSuccessAt: null, freshWithinSeconds: 7_200 }, { state: 'unknown', staleSince: null }],
  ['one that never succeeded in its time', { lastSuccessAt: null, freshWithinSeconds: 1_800 }, { state: 'stale', staleSince: at(30) }],
])('%s', (_what, facts, expected) => {
  expect(decideFreshness({ now: at(60), createdAt: at(0), ...facts })).toEqual(expected)
})
