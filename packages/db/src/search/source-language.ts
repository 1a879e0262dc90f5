import { isLanguage, type Language } from '@inlet/search'
import type pg from 'pg'

/** The language that the owner of a source has set for its records; null: each is looked at. */
export const readLanguage = async (client: Pick<pg.ClientBase, 'query'>, sourceId: string): Promise<Language | null> => {
  const { rows } = await client.query<{ language: string | null }>({
    name: 'inlet-language',
    text: 'SELECT language FROM sources WHERE id = $1',
    values: [sourceId],
  })
  const language = rows[0]?.language ?? null
  return language !== null && isLanguage(language) ? language : null
}
