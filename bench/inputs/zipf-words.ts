const VOCABULARY = 300_000

/** Returns one word after the other, as frequent as those of natural language (Zipf's law: the n-th most frequent word is 1/n as frequent as the first). */
export const createZipfWords = (random: () => number): (() => string) => {
  const words = Array.from({ length: VOCABULARY }, (_, rank) => wordOf(rank))
  return () => words[Math.min(VOCABULARY - 1, Math.floor(Math.exp(random() * Math.log(VOCABULARY))) - 1)] ?? ''
}

const SYLLABLES = ['ka', 'lo', 'mi', 'ter', 'an', 'so', 'ri', 'ven', 'du', 'pel', 'ga', 'ston', 'fe', 'bur', 'il', 'no']

/** A word for each rank, short for frequent ones. */
const wordOf = (rank: number): string => {
  let word = ''
  for (let rest = rank + 1; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) word += SYLLABLES[rest % SYLLABLES.length] ?? ''
  return word
}

/** Numbers from 0 to 1, always the same for the same seed (mulberry32). */
export const createRandom = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
