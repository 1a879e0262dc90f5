/** Removes from the text of a source or record the characters that would move the cursor or color the terminal. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]+/gu, ' ')

/** Shortens a text to a length, with an ellipsis. */
export const shorten = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`)
