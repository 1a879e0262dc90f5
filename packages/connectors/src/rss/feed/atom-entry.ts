import type { Enclosure, FeedEntry, Person, Prose } from './feed.js'
import { parseFeedDate } from './feed-date.js'
import { htmlLine, plainText } from './plain-text.js'
import { toEnclosure, unique } from './rss-item.js'
import { absolute, childOf, childrenOf, htmlOf, mediaChild, textAt, textOf, type XmlNode } from './xml-node.js'

/** Reads an entry of Atom 1.0 (RFC 4287) or 0.3. `authors`: those of the feed, for entries that name none. */
export const readAtomEntry = (node: XmlNode, authors: readonly Person[]): FeedEntry => {
  const id = textAt(node, 'atom:id')
  const url = linkOf(node, 'alternate') ?? absolute(textAt(node, 'feedburner:origLink'), node.base)
  const title = atomText(childOf(node, 'atom:title'))
  const content = proseOf(childOf(node, 'atom:content')) ?? proseOf(mediaChild(node, 'media:description'))
  const summary = proseOf(childOf(node, 'atom:summary'))
  const published = parseFeedDate(textAt(node, 'atom:published', 'atom:issued', 'atom:created', 'dc:date'))
  const updated = parseFeedDate(textAt(node, 'atom:updated', 'atom:modified'))
  const own = atomPeople(node)
  const source = childOf(node, 'atom:source')
  const language = childOf(node, 'atom:content')?.language ?? node.language
  return {
    ...(id === undefined ? {} : { id }),
    ...(url === undefined ? {} : { url }),
    ...(title === '' ? {} : { title }),
    ...withProse(content, summary),
    ...(published === undefined ? {} : { published }),
    ...(updated === undefined ? {} : { updated }),
    authors: own.length > 0 ? own : source === undefined ? authors : atomPeople(source),
    categories: unique(childrenOf(node, 'atom:category').map(({ attributes }) => plainText(attributes['label'] ?? attributes['term'] ?? ''))),
    enclosures: enclosuresOf(node),
    ...(language === undefined ? {} : { language }),
    base: childOf(node, 'atom:content')?.base ?? node.base,
  }
}

const withProse = (content: Prose | undefined, summary: Prose | undefined): { content?: Prose; summary?: Prose } => {
  if (content === undefined) return summary === undefined ? {} : { content: summary }
  return summary === undefined ? { content } : { content, summary }
}

/** Of the links with a relation, returns the one to HTML, otherwise the first. */
export const linkOf = (node: XmlNode, relation: string): string | undefined => {
  const links = childrenOf(node, 'atom:link').filter(({ attributes }) => (attributes['rel'] ?? 'alternate') === relation)
  const best = links.find(({ attributes }) => attributes['type'] === undefined || /html/i.test(attributes['type'])) ?? links[0]
  return best === undefined ? undefined : absolute(best.attributes['href'], best.base)
}

export const atomPeople = (node: XmlNode): readonly Person[] =>
  childrenOf(node, 'atom:author').flatMap((author) => {
    const [name, email, url] = [
      textAt(author, 'atom:name'),
      textAt(author, 'atom:email'),
      absolute(textAt(author, 'atom:uri', 'atom:url'), author.base),
    ]
    if (name === undefined && email === undefined) return []
    return [{ ...(name === undefined ? {} : { name }), ...(email === undefined ? {} : { email }), ...(url === undefined ? {} : { url }) }]
  })

/** Returns a text construct as one line. */
export const atomText = (node: XmlNode | undefined): string => {
  const prose = proseOf(node)
  if (prose === undefined) return ''
  return prose.kind === 'html' ? htmlLine(prose.value) : prose.value.replace(/\s+/g, ' ').trim()
}

const proseOf = (node: XmlNode | undefined): Prose | undefined => {
  if (node === undefined) return undefined
  const type = node.attributes['type']?.toLowerCase() ?? 'text'
  if (type === 'xhtml' || type === 'application/xhtml+xml') return textOf(node) === '' ? undefined : { kind: 'html', value: htmlOf(node) }
  // Anything but text is in base64 and not prose; `src` points elsewhere.
  if (type.includes('/') && !type.startsWith('text/')) return undefined
  const value = textOf(node)
  if (value === '') return undefined
  const html = type === 'html' || type === 'text/html' || node.attributes['mode'] === 'escaped'
  return { kind: html ? 'html' : 'text', value }
}

const enclosuresOf = (node: XmlNode): readonly Enclosure[] =>
  childrenOf(node, 'atom:link')
    .filter(({ attributes }) => attributes['rel'] === 'enclosure')
    .flatMap(({ attributes, base }) => {
      const enclosure = toEnclosure(attributes['href'], attributes['type'], attributes['length'], base)
      return enclosure === undefined ? [] : [{ ...enclosure, ...(attributes['title'] === undefined ? {} : { title: attributes['title'] }) }]
    })
