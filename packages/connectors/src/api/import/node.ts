/** A value of a document, of unchecked shape. */
export type Node = unknown
export type ObjectNode = Readonly<Record<string, unknown>>

export const isObject = (value: Node): value is ObjectNode => typeof value === 'object' && value !== null && !Array.isArray(value)
export const asObject = (value: Node): ObjectNode => (isObject(value) ? value : {})
export const asList = (value: Node): readonly unknown[] => (Array.isArray(value) ? value : [])
export const asText = (value: Node): string => (typeof value === 'string' ? value : '')

/** Normalizes a name for comparison: `per_page`, `perPage` and `page[size]` lose their punctuation. */
export const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
