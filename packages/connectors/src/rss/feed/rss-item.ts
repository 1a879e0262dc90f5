import type { Enclosure, FeedEntry, Person, Prose } from './feed.js'
import { parseFeedDate } from './feed-date.js'
import { plainText } from './plain-text.js'
import { absolute, childOf, childrenOf, htmlOf, mediaChild, textAt, textOf, type XmlNode } from './xml-node.js'

/** Reads an item of RSS 0.9x, 1.0 or 2.0 with the usual extensions. `base`: what its URLs are relative to. */
export const readItem = (node: XmlNode, base: string): FeedEntry => {
  const guid = childOf(node, 'guid')
  const guidText = textOf(guid)
  const own = node.attributes['xml:base'] === undefined ? base : node.base
  const permalink = guid?.attributes['isPermaLink']?.toLowerCase() === 'false' ? undefined : guidText
  const link = textAt(node, 'feedburner:origLink', 'link') ?? atomLink(node) ?? (/^https?:\/\//i.test(permalink ?? '') ? permalink : undefined)
  const url = absolute(link, own)
  const id = guidText === '' ? node.attributes['rdf:about']?.trim() : guidText
  const title = plainText(textAt(node, 'title', 'dc:title') ?? textOf(mediaChild(node, 'media:title')))
  const full = proseAt(node, 'content:encoded') ?? xhtmlBody(node)
  const description = proseAt(node, 'description') ?? proseAt(node, 'itunes:summary') ?? proseOf(mediaChild(node, 'media:description'))
  const content = full ?? description
  const published = parseFeedDate(textAt(node, 'pubDate', 'dc:date', 'dcterms:created', 'dcterms:issued', 'atom:published'))
  const updated = parseFeedDate(textAt(node, 'dcterms:modified', 'atom:updated', 'lastBuildDate'))
  const comments = absolute(textAt(node, 'comments'), own)
  const image = absolute(childOf(node, 'itunes:image')?.attributes['href'] ?? mediaChild(node, 'media:thumbnail')?.attributes['url'], own)
  const language = textAt(node, 'dc:language') ?? node.language
  return {
    ...(id === undefined || id === '' ? {} : { id }),
    ...(url === undefined ? {} : { url }),
    ...(title === '' ? {} : { title }),
    ...(content === undefined ? {} : { content }),
    ...(full === undefined || description === undefined ? {} : { summary: description }),
    ...(published === undefined ? {} : { published }),
    ...(updated === undefined ? {} : { updated }),
    authors: authorsOf(node),
    categories: unique([...childrenOf(node, 'category'), ...childrenOf(node, 'dc:subject')].map((child) => plainText(textOf(child)))),
    enclosures: enclosuresOf(node, own),
    ...(comments === undefined ? {} : { comments }),
    ...(image === undefined ? {} : { image }),
    ...(language === undefined ? {} : { language }),
    base: node.attributes['xml:base'] === undefined ? (url ?? base) : node.base,
  }
}

export const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts.filter((text) => text !== ''))]

const atomLink = (node: XmlNode): string | undefined =>
  childrenOf(node, 'atom:link').find((link) => (link.attributes['rel'] ?? 'alternate') === 'alternate')?.attributes['href']

const proseAt = (node: XmlNode, name: string): Prose | undefined => proseOf(childOf(node, name))

const proseOf = (child: XmlNode | undefined): Prose | undefined => {
  if (child === undefined || textOf(child) === '') return undefined
  // Some feeds put tags into a description without escaping them.
  return { kind: 'html', value: child.parts.some((part) => typeof part !== 'string') ? htmlOf(child) : textOf(child) }
}

const xhtmlBody = (node: XmlNode): Prose | undefined => {
  const body = childOf(node, 'xhtml:body') ?? childOf(node, 'xhtml:div')
  return body === undefined ? undefined : { kind: 'html', value: htmlOf(body) }
}

const MAIL = /^([^\s()<>@]{1,200}@[^\s()<>]{1,200})\s?(?:\((.{1,200})\))?$/

const authorsOf = (node: XmlNode): readonly Person[] => {
  const names = [...childrenOf(node, 'author'), ...childrenOf(node, 'dc:creator'), ...childrenOf(node, 'atom:author')].map((child) => {
    const mail = MAIL.exec(textOf(child))
    if (mail !== null) return { ...(mail[2] === undefined ? {} : { name: mail[2] }), email: mail[1] as string }
    return { name: plainText(textAt(child, 'atom:name') ?? textOf(child)) }
  })
  const people = names.length > 0 ? names : childrenOf(node, 'itunes:author').map((child) => ({ name: plainText(textOf(child)) }))
  const seen = new Set<string>()
  return people.filter((person: Person) => {
    const mark = `${person.name ?? ''}\n${person.email ?? ''}`
    return mark !== '\n' && !seen.has(mark) && seen.add(mark) !== undefined
  })
}

const enclosuresOf = (node: XmlNode, base: string): readonly Enclosure[] => {
  const media = [node, ...childrenOf(node, 'media:group')].flatMap((parent) => childrenOf(parent, 'media:content'))
  const found = new Map<string, Enclosure>()
  for (const { attributes } of [...childrenOf(node, 'enclosure'), ...media]) {
    const enclosure = toEnclosure(
      attributes['url'] ?? attributes['rdf:resource'],
      attributes['type'],
      attributes['length'] ?? attributes['fileSize'],
      base,
    )
    if (enclosure !== undefined && !found.has(enclosure.url)) found.set(enclosure.url, enclosure)
  }
  return [...found.values()]
}

export const toEnclosure = (href: string | undefined, type: string | undefined, length: string | undefined, base: string): Enclosure | undefined => {
  const url = absolute(href, base)
  if (url === undefined) return undefined
  const size = Number(length ?? 0)
  return { url, ...(type === undefined || type === '' ? {} : { type }), ...(Number.isSafeInteger(size) && size > 0 ? { length: size } : {}) }
}
