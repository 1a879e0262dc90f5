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
