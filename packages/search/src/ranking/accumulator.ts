import { MAX_PARTS } from '../postings/postings.js'

/** Scores by part of a record. */
export interface Accumulator {
  /** Adds to the score of a part; `only`: if it already has one. */
  add(record: number, part: number, score: number, only: boolean): void
  readonly size: number
  /** How many of them are in `dense`, each of another record. */
  readonly firstParts: number
  /** Scores of first parts, by record number from `base` on; 0: none. A writer must report, with `grow`, how many got their first score. */
  readonly dense: Float32Array
  readonly base: number
  grow(added: number): void
  /** Visits each part that has a score but is not in `dense`, in no order. */
  forEachOther(visit: (record: number, part: number, score: number) => void): void
}

/** Record numbers in a wider range are not kept in one array. */
const MAX_DENSE = 8_000_000
const GROWTH = 1.25

let shared = new Float32Array(0)

/** Returns zeros. The array is used again by the next call: its memory is mapped already, which takes as long as all the scoring. */
const zeros = (length: number): Float32Array => {
  if (shared.length < length) shared = new Float32Array(Math.ceil(length * GROWTH))
  return shared.subarray(0, length).fill(0)
}

/**
 * Accumulates scores of records whose numbers are in a range. First parts, as nearly all are, have their scores in one array; the
 * others, and numbers of a very wide range, are in a hash table of plain numbers, because a Map takes several times as long. It is valid until the next
 * one is created.
 */
export const createAccumulator = (base: number, last: number): Accumulator => {
  const dense = zeros(last - base < MAX_DENSE ? Math.max(0, last - base + 1) : 0)
  const others = createTable()
  let size = 0
  return {
    add(record, part, score, only) {
      const place = record - base
      if (part !== 0 || place >= dense.length) others.add(record, part, score, only)
      else {
        const known = dense[place] ?? 0
        if (known === 0) {
          if (only) return
          size += 1
        }
        dense[place] = known + score
      }
    },
    get size() {
      return size + others.size
    },
    get firstParts() {
      return size
    },
    dense,
    base,
    grow(added) {
      size += added
    },
    forEachOther: others.forEach,
  }
}

const EMPTY = -1

interface Table extends Pick<Accumulator, 'add' | 'size'> {
  readonly forEach: Accumulator['forEachOther']
}

const createTable = (): Table => {
  let capacity = 1_024
  let keys = new Float64Array(capacity).fill(EMPTY)
  let scores = new Float32Array(capacity)
  let size = 0
  const placeOf = (key: number): number => {
    const mask = capacity - 1
    const hash = Math.imul((key / 4_096) | 0, 0x9e_37_79_b1) ^ Math.imul(key | 0, 0x85_eb_ca_6b)
    let place = (hash ^ (hash >>> 15)) & mask
    while (keys[place] !== EMPTY && keys[place] !== key) place = (place + 1) & mask
    return place
  }
  const grow = (): void => {
    const [oldKeys, oldScores] = [keys, scores]
    capacity *= 2
    keys = new Float64Array(capacity).fill(EMPTY)
    scores = new Float32Array(capacity)
    for (let n = 0; n < oldKeys.length; n += 1) {
      const key = oldKeys[n] ?? EMPTY
      if (key === EMPTY) continue
      const place = placeOf(key)
      keys[place] = key
      scores[place] = oldScores[n] ?? 0
    }
  }
  return {
    add(record, part, score, only) {
      const key = record * MAX_PARTS + part
      const place = placeOf(key)
      if (keys[place] === EMPTY) {
        if (only) return
        keys[place] = key
        size += 1
        scores[place] = score
        if (size * 2 > capacity) grow()
      } else scores[place] = (scores[place] ?? 0) + score
    },
    get size() {
      return size
    },
    forEach(visit) {
      for (let n = 0; n < capacity; n += 1) {
        const key = keys[n] ?? EMPTY
        if (key !== EMPTY) visit(Math.floor(key / MAX_PARTS), key % MAX_PARTS, scores[n] ?? 0)
      }
    },
  }
}
