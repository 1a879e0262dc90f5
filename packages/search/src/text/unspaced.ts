/** A word of a text without spaces; `pair`: two adjacent characters, whatever the words are. */
export interface Segment {
  readonly word: string
  readonly offset: number
  readonly pair: boolean
}

/** For some scripts, the segmenter takes quadratic time. */
const MAX_RUN = 2_000
const HAN = /[\p{Script=Han}\p{Script=Katakana}]/u

let segmenter: Intl.Segmenter | undefined

/**
 * Splits a run into words by the runtime's dictionaries. In Chinese and Japanese it also returns pairs of characters, because a word that stands
 * alone in a question may be part of a longer one in a text.
 */
export const segmentUnspaced = (run: string): readonly Segment[] => {
  const segments: Segment[] = []
  for (let from = 0; from < run.length; from += MAX_RUN) {
    const part = run.slice(from, from + MAX_RUN)
    segmenter ??= new Intl.Segmenter('und', { granularity: 'word' })
    for (const { segment, index } of segmenter.segment(part)) {
      segments.push({ word: segment, offset: from + index, pair: false })
    }
  }
  return HAN.test(run) ? [...segments, ...pairsOf(run, new Set(segments.map(({ word, offset }) => `${offset} ${word}`)))] : segments
}

const pairsOf = (run: string, present: ReadonlySet<string>): readonly Segment[] => {
  const pairs: Segment[] = []
  const characters = Array.from(run)
  let offset = 0
  for (let n = 0; n + 1 < characters.length; n += 1) {
    const [first = '', second = ''] = [characters[n], characters[n + 1]]
    if (HAN.test(first) && HAN.test(second) && !present.has(`${offset} ${first}${second}`)) pairs.push({ word: first + second, offset, pair: true })
    offset += first.length
  }
  return pairs
}
