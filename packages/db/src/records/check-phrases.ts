import { detectLanguage, meets, type Query, readText, wordsOf } from '@inlet/search'
import type { Database } from '../database.js'
import type { Hit } from './find-hits.js'
import { readHitTexts } from './read-hit-texts.js'

/** More parts of one record are not read to find a phrase. */
const MAX_PARTS_READ = 50

/** Those of the hits in whose texts the phrases of a question stand, and those that must not be there do not. */
export const checkPhrases = async (database: Pick<Database, 'pool'>, hits: readonly Hit[], query: Query): Promise<readonly Hit[]> => {
  const texts = await readHitTexts(database, hits, MAX_PARTS_READ)
  return hits.filter((_hit, n) => {
    const own = texts[n]
    if (own === null || own === undefined) return false
    const read = own.parts.map(({ text }) => {
      const words = wordsOf(`${own.title ?? ''}\n${own.key}\n${text}`)
      return readText(words, detectLanguage(words))
    })
    return (
      query.required.every((requirement) => read.some((text) => meets(text, requirement))) &&
      !query.excluded.some((one) => read.some((text) => meets(text, one)))
    )
  })
}
