import type { Accumulator } from './accumulator.js'

const BINS = 4_096

export interface ScoredPart {
  readonly record: number
  readonly part: number
  readonly score: number
}

/** Returns at least the `limit` best, a few more when scores are close, in no order; does not sort all of them. */
export const selectBest = (scores: Accumulator, limit: number): { readonly entries: readonly ScoredPart[]; readonly more: boolean } => {
  const threshold = scores.size <= limit ? 0 : thresholdOf(scores, limit, highestOf(scores))
  const entries: ScoredPart[] = []
  const { dense, base } = scores
  for (let n = 0; n < dense.length; n += 1) {
    const score = dense[n] ?? 0
    if (score !== 0 && score >= threshold) entries.push({ record: base + n, part: 0, score })
  }
  scores.forEachOther((record, part, score) => {
    if (score >= threshold) entries.push({ record, part, score })
  })
  return { entries, more: entries.length < scores.size }
}

const highestOf = (scores: Accumulator): number => {
  const { dense } = scores
  let highest = 0
  for (let n = 0; n < dense.length; n += 1) {
    const score = dense[n] ?? 0
    if (score > highest) highest = score
  }
  scores.forEachOther((_record, _part, score) => {
    if (score > highest) highest = score
  })
  return highest
}

const thresholdOf = (scores: Accumulator, limit: number, highest: number): number => {
  const { dense } = scores
  const counts = new Uint32Array(BINS)
  const count = (score: number): void => {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor((score / highest) * (BINS - 1))))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  for (let n = 0; n < dense.length; n += 1) {
    const score = dense[n] ?? 0
    if (score !== 0) count(score)
  }
  scores.forEachOther((_record, _part, score) => count(score))
  let above = 0
  for (let bin = BINS - 1; bin > 0; bin -= 1) {
    above += counts[bin] ?? 0
    if (above >= limit) return (bin / (BINS - 1)) * highest
  }
  return 0
}
