/** A list as the text form of text[]. */
export const textArray = (items: Iterable<string>): string => `{${Array.from(items, (item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`
