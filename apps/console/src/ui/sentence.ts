/** A text of the API as a sentence. An address or a path at its beginning stays as it is. */
export const sentence = (text: string): string =>
  (/^[a-z]+(?:\s|$)/u.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text) + (/[.!?]$/u.test(text) ? '' : '.')
