/** Scores by document in an open hash table of plain numbers: a Map of as many boxed numbers takes several times as long. */
export interface Accumulator {
  /** Adds to the score of a document; `only`: if it has one already. */
  add(key: number, score: number, only: boolean): void
  readonly size: number
  /** Calls for each document, in no order. */
  forEach(visit: (key: number, score: number) => void): void
}

const EMPTY = -1

export const createAccumulator = (expected: number): Accumulator => {
  let capacity = 2 ** Math.max(10, Math.ceil(Math.log2(expected * 2 + 1)))
  let keys = new Float64Array(capacity).fill(EMPTY)
  let scores = new Float32Array(capacity)
  let size = 0
  const placeOf = (key: number): number => {
    const mask = capacity - 1
    const hash = Math.imul(key % 0x7f_ff_ff_ff, 0x9e_37_79_b1)
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
    add(key, score, only) {
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
      for (let n = 0; n < capacity; n += 1) if (keys[n] !== EMPTY) visit(keys[n] ?? 0, scores[n] ?? 0)
    },
  }
}
