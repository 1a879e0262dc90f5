/** How many segments of similar size are merged into one. */
const FACTOR = 8
const SMALLEST = 2_000
/** The most small segments to merge at once, so that a merge stays short. */
const MAX_SMALL = 64
/** Larger segments are left alone: merging them would take longer than it saves. */
const MAX_DOCUMENTS = 8_000_000

const levelOf = (documents: number): number => Math.max(0, Math.floor(Math.log(Math.max(1, documents) / SMALLEST) / Math.log(FACTOR)) + 1)

/** Returns the segments to merge next, smallest first; none when there are few of each size. Pure. */
export const planMerge = <S extends { readonly documents: number }>(segments: readonly S[]): readonly S[] => {
  const levels = new Map<number, S[]>()
  for (const segment of segments) {
    if (segment.documents >= MAX_DOCUMENTS) continue
    const level = levelOf(segment.documents)
    levels.set(level, [...(levels.get(level) ?? []), segment])
  }
  for (const level of [...levels.keys()].sort((a, b) => a - b)) {
    const own = levels.get(level) ?? []
    if (own.length >= FACTOR) return own.slice(0, level === 0 ? MAX_SMALL : FACTOR)
  }
  return []
}
