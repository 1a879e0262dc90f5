/** Collects the values of a statement whose conditions depend on the request: `add` gives the placeholder. */
export interface SqlParts {
  readonly values: unknown[]
  readonly add: (value: unknown) => string
}

export const createSqlParts = (): SqlParts => {
  const values: unknown[] = []
  return { values, add: (value) => `$${values.push(value)}` }
}

/** Conditions joined; TRUE without any. */
export const allOf = (conditions: readonly (string | null)[]): string => conditions.filter((condition) => condition !== null).join(' AND ') || 'TRUE'

/** A pattern that finds the text anywhere, its own wildcards taken literally. */
export const containsPattern = (text: string): string => `%${text.replace(/[\\%_]/g, (wildcard) => `\\${wildcard}`)}%`

interface Place {
  readonly at: Date | string
  readonly id: string
}

/**
 * What comes after a place in a list ordered by a time and an id, newest first. The bound on the time alone lets the index begin there;
 * Prisma has no comparison of rows.
 */
export const olderThan = <Column extends string>(column: Column, { at, id }: Place) =>
  ({ [column]: { lte: at }, OR: [{ [column]: { lt: at } }, { id: { lt: id } }] }) as { [K in Column]: { lte: Date | string } } & {
    OR: ({ [K in Column]: { lt: Date | string } } | { id: { lt: string } })[]
  }
