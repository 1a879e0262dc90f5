import type { Accumulator } from './accumulator.js'

const BINS = 4_096

export interface ScoredPart {
  readonly record: number
  readonly part: number
  readonly score: number
}

/** At least the `limit` best, a few more when they are close together, in no order; without sorting all there are. */
export const selectBest = (scores: Accumulator, limit: number): { readonly entries: readonly ScoredPart[]; readonly more: boolean } => {
  const entries: ScoredPart[] = []
  if (scores.size <= limit) {
    scores.forEach((record, part, score) => entries.push({ record, part, score }))
    return { entries, more: false }
  }
  let highest = 0
  scores.forEach((_record, _part, score) => {
    if (score > highest) highest = score
  })
  const threshold = thresholdOf(scores, limit, highest)
  scores.forEach((record, part, score) => {
    if (score >= threshold) entries.push({ record, part, score })
  })
  return { entries, more: entries.length < scores.size }
}

const thresholdOf = (scores: Accumulator, limit: number, highest: number): number => {
  const counts = new Uint32Array(BINS)
  const binOf = (score: number): number => Math.min(BINS - 1, Math.max(0, Math.floor((score / highest) * (BINS - 1))))
  scores.forEach((_record, _part, score) => {
    const bin = binOf(score)
    counts[bin] = (counts[bin] ?? 0) + 1
  })
  let count = 0
  for (let bin = BINS - 1; bin > 0; bin -= 1) {
    count += counts[bin] ?? 0
    if (count >= limit) return (bin / (BINS - 1)) * highest
  }
  return 0
}
