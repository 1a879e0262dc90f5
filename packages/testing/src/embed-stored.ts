import { createHash, randomUUID } from 'node:crypto'
import { claimRecords, type Database, finishRecord, type Generation, readEmbeddable, toStoredVector, walkRecords, writeVectors } from '@inlet/db'
import { embedWords } from './embedding-server.js'

/** Creates all vectors of a generation as a worker would, with `embedWords`. */
export const embedStored = async (database: Database, { space, dimensions }: Pick<Generation, 'space' | 'dimensions'>): Promise<void> => {
  while (await walkRecords(database, space));
  for (;;) {
    const claimant = { space, by: randomUUID() }
    const taken = await claimRecords(database, claimant, 500)
    if (taken.length === 0) return
    for (const record of taken) {
      const { parts } = await readEmbeddable(database, record, { from: 0, limit: 1_000 })
      const vectors = parts.map(({ ordinal, text }) => ({
        ...record,
        ordinal,
        hash: createHash('sha256').update(text).digest().subarray(0, 16),
        ...toStoredVector(toUnit(embedWords(text, dimensions))),
      }))
      await writeVectors(database, claimant, vectors)
      await finishRecord(database, claimant, { ...record, parts: parts.length, problem: null })
    }
  }
}

/** Returns a vector of the same direction and of length 1. */
export const toUnit = (values: readonly number[]): Float32Array => {
  const length = Math.hypot(...values)
  return Float32Array.from(values, (value) => value / length)
}
