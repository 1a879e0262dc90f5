import type { Accumulator } from './accumulator.js'

const BINS = 4_096
/** Blocks per wanted entry: with fewer, one block would often hold several of the best, and the threshold would be far too low. */
const BLOCKS_PER_ENTRY = 4

export interface ScoredPart {
  readonly record: number
  readonly part: number
  readonly score: number
}

/**
 * Returns at least the `limit` best parts, and more when scores are close, with all other parts of their records, in no order. It does not sort all of
 * them: if `limit` blocks of scores each contain one of at least some value, so do at least `limit` scores, and the other blocks need not be looked at
 * again.
 */
export const selectBest = (scores: Accumulator, limit: number): { readonly entries: readonly ScoredPart[]; readonly more: boolean } => {
  const { dense, base } = scores
  const blockSize = Math.max(1, Math.floor(dense.length / (limit * BLOCKS_PER_ENTRY)))
  const highest = highestOfBlocks(dense, blockSize)
  const threshold = scores.size <= limit ? 0 : thresholdOf(scores, highest, limit)
  const entries: ScoredPart[] = []
  for (let block = 0; block < highest.length; block += 1) {
    const best = highest[block] ?? 0
    if (best === 0 || best < threshold) continue
    const end = Math.min(dense.length, (block + 1) * blockSize)
    for (let n = block * blockSize; n < end; n += 1) {
      const score = dense[n] ?? 0
      if (score !== 0 && score >= threshold) entries.push({ record: base + n, part: 0, score })
    }
  }
  if (scores.size > scores.firstParts) addOtherParts(scores, threshold, entries)
  return { entries, more: entries.length < scores.size }
}

const addOtherParts = (scores: Accumulator, threshold: number, entries: ScoredPart[]): void => {
  const { dense, base } = scores
  const chosen = new Set(entries.map(({ record }) => record))
  scores.forEachOther((record, _part, score) => {
    if (score < threshold || chosen.has(record)) return
    chosen.add(record)
    const first = dense[record - base] ?? 0
    if (first !== 0) entries.push({ record, part: 0, score: first })
  })
  scores.forEachOther((record, part, score) => {
    if (chosen.has(record)) entries.push({ record, part, score })
  })
}

const highestOfBlocks = (dense: Float32Array, blockSize: number): Float32Array => {
  const highest = new Float32Array(Math.ceil(dense.length / blockSize))
  for (let block = 0, n = 0; block < highest.length; block += 1) {
    const end = Math.min(dense.length, n + blockSize)
    let best = 0
    for (; n < end; n += 1) {
      const score = dense[n] ?? 0
      if (score > best) best = score
    }
    highest[block] = best
  }
  return highest
}

/** Returns a score that at least `limit` blocks or other parts reach, as high as the bins allow; 0 if there are fewer. */
const thresholdOf = (scores: Accumulator, blocks: Float32Array, limit: number): number => {
  let highest = 0
  for (let n = 0; n < blocks.length; n += 1) highest = Math.max(highest, blocks[n] ?? 0)
  scores.forEachOther((_record, _part, score) => {
    highest = Math.max(highest, score)
  })
  const counts = new Uint32Array(BINS)
  const count = (score: number): void => {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor((score / highest) * (BINS - 1))))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  for (let n = 0; n < blocks.length; n += 1) if (blocks[n] !== 0) count(blocks[n] ?? 0)
  scores.forEachOther((_record, _part, score) => count(score))
  let above = 0
  for (let bin = BINS - 1; bin > 0; bin -= 1) {
    above += counts[bin] ?? 0
    // Half a bin lower: rounded up, it would leave out the score that it was made from.
    if (above >= limit) return ((bin - 0.5) / (BINS - 1)) * highest
  }
  return 0
}
