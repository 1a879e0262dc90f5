/** Parameters as they are, not encoded. */
export type Query = Readonly<Record<string, string>>

/** Percent-encodes everything but RFC 3986's unreserved characters, as signatures demand. */
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

export const encodePath = (path: string): string => path.split('/').map(encode).join('/')

/** Encoded, in the order of the encoded names. */
export const canonicalQuery = (query: Query): string =>
  Object.entries(query)
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
