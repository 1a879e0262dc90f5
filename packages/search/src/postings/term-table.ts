import type { ByteRange } from './postings.js'

/** Numbers terms from 0, by their names as stored in segment slots: strings of a million of them would cost more than merging them. */
export interface TermTable {
  readonly size: number
  /** Returns the number of the term with this name, a new one on first sight. The bytes must not change. */
  find(hash: number, source: Uint8Array, from: number, to: number): number
  /** A number stored with a term; initially -1. */
  valueOf(term: number): number
  setValue(term: number, value: number): void
  hashOf(term: number): number
  nameOf(term: number): ByteRange
}

const FIRST_CAPACITY = 1_024

export const createTermTable = (): TermTable => {
  const hashes: number[] = []
  const sources: Uint8Array[] = []
  const [froms, tos, values]: [number[], number[], number[]] = [[], [], []]
  // Open addressing: each entry holds the number of a term, plus one.
  let places = new Uint32Array(FIRST_CAPACITY)
  const grow = (): void => {
    places = new Uint32Array(places.length * 2)
    for (let term = 0; term < hashes.length; term += 1) {
      let place = (hashes[term] ?? 0) & (places.length - 1)
      while (places[place] !== 0) place = (place + 1) & (places.length - 1)
      places[place] = term + 1
    }
  }
  const isNamed = (term: number, source: Uint8Array, from: number, to: number): boolean => {
    const own = sources[term]
    const begin = froms[term] ?? 0
    if (own === undefined || (tos[term] ?? 0) - begin !== to - from) return false
    for (let n = to - from - 1; n >= 0; n -= 1) if (own[begin + n] !== source[from + n]) return false
    return true
  }
  return {
    get size() {
      return hashes.length
    },
    find(hash, source, from, to) {
      let place = hash & (places.length - 1)
      for (let held = places[place] ?? 0; held !== 0; held = places[place] ?? 0) {
        if (hashes[held - 1] === hash && isNamed(held - 1, source, from, to)) return held - 1
        place = (place + 1) & (places.length - 1)
      }
      hashes.push(hash)
      sources.push(source)
      froms.push(from)
      tos.push(to)
      values.push(-1)
      places[place] = hashes.length
      if (hashes.length * 2 > places.length) grow()
      return hashes.length - 1
    },
    valueOf: (term) => values[term] ?? -1,
    setValue(term, value) {
      values[term] = value
    },
    hashOf: (term) => hashes[term] ?? 0,
    nameOf: (term) => ({ source: sources[term] ?? new Uint8Array(), from: froms[term] ?? 0, to: tos[term] ?? 0 }),
  }
}
