/** A row as the server sent it: text per column, null for NULL. */
export type RawRow = readonly (string | null)[]
