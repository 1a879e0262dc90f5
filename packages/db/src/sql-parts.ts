import type pg from 'pg'

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

/** A row whose values the driver leaves as text, as the server wrote them. */
export type TextRow<Row> = { readonly [C in keyof Row]: null extends Row[C] ? string | null : string }

/**
 * For a query with many wide rows: the driver spends longer on converting them to dates and objects than the server on the rows. The caller converts
 * what it needs with the functions here, and JSON with `JSON.parse`.
 */
export const AS_TEXT = { getTypeParser: () => (text: string) => text } as unknown as NonNullable<pg.QueryConfig['types']>

/** Parses a time as the server writes it in UTC, the time zone of every connection: `2026-11-29 10:00:00.123456+00`. */
export const textToDate = <Text extends string | null>(text: Text): Text extends string ? Date : Date | null =>
  (text === null ? null : new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`)) as Text extends string ? Date : Date | null

export const textToNumber = <Text extends string | null>(text: Text): Text extends string ? number : number | null =>
  (text === null ? null : Number(text)) as Text extends string ? number : number | null
