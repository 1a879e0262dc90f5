import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createAccumulator } from './accumulator.js'
import { type ScoredPart, selectBest } from './select-best.js'

const parts = fc.uniqueArray(
  fc.record({ record: fc.integer({ min: 100, max: 1_400 }), part: fc.constantFrom(0, 0, 0, 1, 2), score: fc.integer({ min: 1, max: 50 }) }),
  { selector: ({ record, part }) => record * 10 + part, maxLength: 400 },
)
const byPlace = (a: ScoredPart, b: ScoredPart): number => a.record - b.record || a.part - b.part

it('returns the best parts, whole records of them, and says whether it left any', () => {
  fc.assert(
    // Numbers beyond 1,000 are outside the range that the accumulator was made for.
    fc.property(parts, fc.integer({ min: 1, max: 60 }), (all, limit) => {
      const scores = createAccumulator(100, 1_000)
      for (const { record, part, score } of all) scores.add(record, part, score, false)
      const { entries, more } = selectBest(scores, limit)
      const chosen = new Set(entries.map(({ record }) => record))
      expect([...entries].sort(byPlace)).toEqual(
        all.filter(({ record, part }) => entries.some((one) => one.record === record && one.part === part)).sort(byPlace),
      )
      const sorted = [...all].sort((a, b) => b.score - a.score)
      const last = sorted[Math.min(limit, sorted.length) - 1]?.score ?? 0
      expect(all.filter(({ record, score }) => score > last && !chosen.has(record))).toEqual([])
      expect(entries.length).toBeGreaterThanOrEqual(Math.min(limit, all.length))
      expect(all.filter(({ record }) => chosen.has(record)).length).toBe(entries.length)
      expect(more).toBe(entries.length < all.length)
    }),
  )
})

it('leaves out no score that is at the edge of a bin', () => {
  const short: string[] = []
  for (let highest = 1; highest <= 120; highest += 1)
    for (let second = 1; second <= highest; second += 1) {
      const scores = createAccumulator(100, 1_000)
      for (const [record, score] of [
        [100, highest],
        [212, second],
        [400, 0.001],
      ] as const)
        scores.add(record, 0, score, false)
      if (selectBest(scores, 2).entries.length < 2) short.push(`${highest}, ${second}`)
    }
  expect(short).toEqual([])
})

it('leaves nothing of a previous question', () => {
  createAccumulator(0, 50).add(7, 0, 3, false)
  const scores = createAccumulator(0, 20)
  expect([selectBest(scores, 5).entries, scores.size]).toEqual([[], 0])
})
