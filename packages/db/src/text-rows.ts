import type pg from 'pg'

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
