import type { Database } from '@inlet/db'
import type { Ask } from '@inlet/search'
import type { JudgedDocument } from '../inputs/judged-folder.js'

const K1 = 0.9
const B = 0.4

interface Lexeme {
  readonly lexeme: string
  readonly count: number
}

const lexemesOf = async ({ pool }: Pick<Database, 'pool'>, text: string): Promise<readonly Lexeme[]> =>
  (
    await pool.query<Lexeme>(
      `SELECT l.lexeme, coalesce(array_length(l.positions, 1), 1) AS count FROM unnest(to_tsvector('english', $1)) AS l(lexeme, positions, weights)`,
      [text],
    )
  ).rows

/** BM25 (k1 0.9, b 0.4) over the lexemes that Postgres' `english` gives of title and text, in memory and with no code of ours: what search must not be worse than. */
export const createPlainBm25 = async (database: Pick<Database, 'pool'>, documents: readonly JudgedDocument[]): Promise<Ask> => {
  const postings = new Map<string, Map<string, number>>()
  const lengths = new Map<string, number>()
  for (const { id, title, text } of documents) {
    const lexemes = await lexemesOf(database, `${title}\n${text}`)
    lengths.set(
      id,
      lexemes.reduce((sum, { count }) => sum + count, 0),
    )
    for (const { lexeme, count } of lexemes) {
      const known = postings.get(lexeme)
      if (known === undefined) postings.set(lexeme, new Map([[id, count]]))
      else known.set(id, count)
    }
  }
  const all = lengths.size
  const mean = [...lengths.values()].reduce((sum, length) => sum + length, 0) / all
  return async (question) => {
    const scores = new Map<string, number>()
    for (const { lexeme } of await lexemesOf(database, question)) {
      const found = postings.get(lexeme) ?? new Map<string, number>()
      const rarity = Math.log(1 + (all - found.size + 0.5) / (found.size + 0.5))
      for (const [id, count] of found) {
        const norm = K1 * (1 - B + (B * (lengths.get(id) ?? 0)) / mean)
        scores.set(id, (scores.get(id) ?? 0) + (rarity * count * (K1 + 1)) / (count + norm))
      }
    }
    const ranked = [...scores].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    return ranked.slice(0, 100).map(([id]) => id)
  }
}
