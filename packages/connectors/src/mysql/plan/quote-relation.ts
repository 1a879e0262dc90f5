import { quoteName } from '../sql/literal.js'
import { splitName } from './relation.js'

/** `database.table` as SQL; the first dot separates. */
export const quoteRelation = (name: string): string => {
  const { database, table } = splitName(name)
  return `${quoteName(database)}.${quoteName(table)}`
}
