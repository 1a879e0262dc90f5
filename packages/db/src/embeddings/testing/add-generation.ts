import { randomUUID } from 'node:crypto'
import type { Database } from '../../database.js'
import { createGeneration, findGeneration, type Generation } from '../generations.js'

/** Creates a generation whose vectors the test makes itself. */
export const addGeneration = async (database: Database, dimensions: number): Promise<Generation> => {
  const id = randomUUID()
  const endpoint = { url: 'http://localhost', model: 'words', asksDimensions: false, questionPrefix: '', textPrefix: '', sealed: null }
  await createGeneration(database, { id, dimensions, ...endpoint, weight: 1, tokensPerDay: null, rerankUrl: null, rerankModel: null }, 'test')
  const made = await findGeneration(database, id)
  if (made === null) throw new Error('no generation')
  return made
}
