import type { JsonObject, Reason } from '@inlet/connector-sdk'

/** A row as it was found, or why it cannot be one. */
export interface RowEvent {
  /** Counts the rows of the file from 1, including refused ones, so that the number of a row does not depend on the others. */
  readonly number: number
  /** What identifies it within the file, if that is not its number, e.g. sheet and row. */
  readonly place?: readonly (string | number)[]
  /** Approximate size in bytes as JSON. */
  readonly size: number
  readonly data?: JsonObject
  readonly failure?: RowFailure
}

export interface RowFailure {
  readonly reason: Reason
  readonly message: string
  /** The start of the raw text. */
  readonly raw?: string
}

/** Turns decoded text into rows, piece by piece, in bounded memory. Throws `Failure` when the file as a whole is unreadable. */
export interface RowParser {
  push(text: string): RowEvent[]
  /** Returns the rows still open at the end of the file. */
  end(): RowEvent[]
  /** How the start of the file was understood, where that had to be guessed. */
  readonly layout?: TableLayout
}

/** How a table was understood, for people. */
export interface TableLayout {
  /** What was taken for the header and how the rows fit it. */
  readonly summary: string
  readonly guesses: readonly string[]
  /** Which setting may help, if most rows do not fit what was taken for the header. */
  readonly advice?: string | null
}

const RAW_LENGTH = 2000

export const rawStart = (text: string): string => (text.length > RAW_LENGTH ? text.slice(0, RAW_LENGTH) : text)

/** Whether a text has more bytes in UTF-8 than allowed; counts them only if its length leaves that open. */
export const isLarger = (text: string, maxBytes: number): boolean =>
  text.length > maxBytes || (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes)
