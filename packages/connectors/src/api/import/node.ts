/** A value of a document whose form nobody has checked. */
export type Node = unknown
export type ObjectNode = Readonly<Record<string, unknown>>

export const isObject = (value: Node): value is ObjectNode => typeof value === 'object' && value !== null && !Array.isArray(value)
export const asObject = (value: Node): ObjectNode => (isObject(value) ? value : {})
export const asList = (value: Node): readonly unknown[] => (Array.isArray(value) ? value : [])
export const asText = (value: Node): string => (typeof value === 'string' ? value : '')

/** The form in which names are compared: `per_page`, `perPage` and `page[size]` lose their marks. */
export const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
