/** A number, formatted, with what it counts: one of it, or several. */
export const countOf = (count: string, one: string, many = `${one}s`): string => `${count} ${count === '1' ? one : many}`
