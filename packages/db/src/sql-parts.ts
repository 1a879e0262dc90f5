/** Collects the values of a statement whose conditions depend on the request: `add` returns the placeholder. */
export interface SqlParts {
  readonly values: unknown[]
  readonly add: (value: unknown) => string
}

export const createSqlParts = (): SqlParts => {
  const values: unknown[] = []
  return { values, add: (value) => `$${values.push(value)}` }
}

/** Joins conditions with AND; TRUE if there are none. */
export const allOf = (conditions: readonly (string | null)[]): string => conditions.filter((condition) => condition !== null).join(' AND ') || 'TRUE'

/** Returns a LIKE pattern that finds the text anywhere, with its own wildcards escaped. */
export const containsPattern = (text: string): string => `%${text.replace(/[\\%_]/g, (wildcard) => `\\${wildcard}`)}%`

interface Place {
  readonly at: Date | string
  readonly id: string
}

/**
 * Returns the condition for rows after a position in a list ordered by a time and an id, newest first. The bound on the time alone lets the index
 * start there; Prisma has no row comparison.
 */
export const olderThan = <Column extends string>(column: Column, { at, id }: Place) =>
  ({ [column]: { lte: at }, OR: [{ [column]: { lt: at } }, { id: { lt: id } }] }) as { [K in Column]: { lte: Date | string } } & {
    OR: ({ [K in Column]: { lt: Date | string } } | { id: { lt: string } })[]
  }
