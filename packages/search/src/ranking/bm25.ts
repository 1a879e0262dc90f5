import { LENGTHS, textCount, titleCount } from '../postings/norms.js'

/** Fitted on SciFact (training questions), CACM, Cranfield, CISI and MED; well inside the range that is good for each of them. */
const K1 = 1.2
const B = 0.6
const TITLE_WEIGHT = 1

/** Returns the weight of a term that this many of all documents contain. */
export const inverseFrequency = (documents: number, all: number): number =>
  Math.log(1 + (Math.max(all, documents) - documents + 0.5) / (documents + 0.5))

/**
 * Returns what one count byte is worth in a document with one length byte, as a table of both: `table[count * 256 + length]`. The length of a text
 * affects what its own words are worth, but not those of its title: otherwise a record without a text, and the shortest part of a long one, would be
 * the best result for whatever is in a title.
 */
export const termFactors = (meanLength: number): Float32Array => {
  const table = new Float32Array(65_536)
  for (let count = 0; count < 256; count += 1)
    for (let length = 0; length < 256; length += 1)
      table[count * 256 + length] = saturate(
        TITLE_WEIGHT * titleCount(count) + textCount(count) / (1 - B + (B * (LENGTHS[length] ?? 0)) / Math.max(1, meanLength)),
      )
  return table
}

const saturate = (frequency: number): number => (frequency * (K1 + 1)) / (frequency + K1)

/** Returns what this many occurrences in a text of this many words are worth, on the same scale as the table. */
export const frequencyFactor = (frequency: number, length: number, meanLength: number): number =>
  frequency === 0 ? 0 : (frequency * (K1 + 1)) / (frequency + K1 * (1 - B + (B * length) / Math.max(1, meanLength)))
