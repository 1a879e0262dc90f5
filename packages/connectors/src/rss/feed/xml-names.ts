/** Namespaces as feeds declare them, and our prefixes for them. */
const NAMESPACES: Readonly<Record<string, string>> = {
  '': '',
  'http://www.w3.org/2005/Atom': 'atom',
  'http://purl.org/atom/ns#': 'atom',
  'http://www.w3.org/1999/02/22-rdf-syntax-ns#': 'rdf',
  'http://purl.org/rss/1.0/modules/content/': 'content',
  'http://purl.org/dc/elements/1.1/': 'dc',
  'http://purl.org/dc/terms/': 'dcterms',
  'http://search.yahoo.com/mrss/': 'media',
  'http://search.yahoo.com/mrss': 'media',
  'http://www.itunes.com/dtds/podcast-1.0.dtd': 'itunes',
  'http://www.w3.org/1999/xhtml': 'xhtml',
  'http://rssnamespace.org/feedburner/ext/1.0': 'feedburner',
}
/** The namespaces of RSS itself, of which there were many. */
const RSS = /^https?:\/\/(?:purl\.org\/(?:rss\/1\.0\/|net\/rss1\.1#)$|(?:my|channel)\.netscape\.com\/|(?:backend|blogs)\.(?:law\.harvard|userland)\.)/

/** Prefixes in scope; the empty one is the default namespace. */
export type Scope = ReadonlyMap<string, string>

/** Adds the declarations among an element's attributes. */
export const extendScope = (scope: Scope, attributes: Readonly<Record<string, string>>): Scope => {
  const declared = Object.entries(attributes).filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'))
  if (declared.length === 0) return scope
  const extended = new Map(scope)
  for (const [name, uri] of declared) extended.set(name.slice(6), ourPrefix(uri.trim(), name.slice(6)))
  return extended
}

const ourPrefix = (uri: string, prefix: string): string => {
  if (RSS.test(uri)) return ''
  return Object.hasOwn(NAMESPACES, uri) ? (NAMESPACES[uri] ?? '') : prefix
}

/** Returns an element's name with our prefix; an undeclared prefix stays, since many feeds forget the declaration. */
export const ourName = (scope: Scope, name: string): string => {
  const colon = name.indexOf(':')
  const given = colon < 0 ? '' : name.slice(0, colon)
  const prefix = scope.get(given) ?? given
  const local = name.slice(colon + 1)
  return prefix === '' ? local : `${prefix}:${local}`
}
