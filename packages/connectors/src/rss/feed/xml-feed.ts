import { Failure } from '@inlet/connector-sdk'
import { atomPeople, atomText, linkOf, readAtomEntry } from './atom-entry.js'
import type { Feed, FeedEntry, FeedHead, Person } from './feed.js'
import { plainText } from './plain-text.js'
import { readXml } from './read-xml.js'
import { readItem } from './rss-item.js'
import { absolute, childOf, textAt, type XmlNode } from './xml-node.js'

const ENTRIES = new Set(['item', 'atom:entry'])

/** Reads RSS 0.9x, 1.0, 2.0 and Atom. Throws what {@link readXml} throws, and CONTENT_MISMATCH for other XML. */
export const readXmlFeed = async (text: string, url: string, maxEntries: number): Promise<Omit<Feed, 'caveats'>> => {
  const nodes: XmlNode[] = []
  const { root, cut } = await readXml(text, {
    url,
    entries: ENTRIES,
    onEntry(node) {
      nodes.push(node)
      return nodes.length < maxEntries
    },
  })
  if (root.name === 'atom:feed') return { ...readAtom(root, nodes), cut }
  if (root.name === 'atom:entry') return { head: { format: 'atom' }, entries: nodes.map((node) => readAtomEntry(node, [])), cut }
  if (root.name === 'rss' || root.name === 'rdf:RDF') return { ...readRss(root, nodes, url), cut }
  throw new Failure('CONTENT_MISMATCH', `${url} is XML, but not a feed: its root is <${root.name.slice(0, 100)}>`)
}

const readAtom = (root: XmlNode, nodes: readonly XmlNode[]): { readonly head: FeedHead; readonly entries: readonly FeedEntry[] } => {
  const authors: readonly Person[] = atomPeople(root)
  const head = {
    format: 'atom' as const,
    title: atomText(childOf(root, 'atom:title')),
    description: atomText(childOf(root, 'atom:subtitle') ?? childOf(root, 'atom:tagline')),
    url: linkOf(root, 'alternate'),
    language: root.language,
    image: absolute(textAt(root, 'atom:logo', 'atom:icon'), root.base),
    generator: textAt(root, 'atom:generator'),
    next: linkOf(root, 'prev-archive') ?? linkOf(root, 'next'),
  }
  return { head: compact(head), entries: nodes.map((node) => readAtomEntry(node, authors)) }
}

const readRss = (root: XmlNode, nodes: readonly XmlNode[], url: string): { readonly head: FeedHead; readonly entries: readonly FeedEntry[] } => {
  const channel = childOf(root, 'channel') ?? root
  const site = absolute(textAt(channel, 'link'), channel.base)
  const image = childOf(channel, 'image')
  const head = {
    format: root.name === 'rss' ? ('rss' as const) : ('rdf' as const),
    title: plainText(textAt(channel, 'title') ?? ''),
    description: plainText(textAt(channel, 'description') ?? ''),
    url: site,
    language: textAt(channel, 'language', 'dc:language') ?? channel.language,
    image: absolute((image === undefined ? undefined : textAt(image, 'url')) ?? childOf(channel, 'itunes:image')?.attributes['href'], url),
    generator: textAt(channel, 'generator'),
    next: linkOf(channel, 'prev-archive') ?? linkOf(channel, 'next'),
  }
  const base = channel.attributes['xml:base'] === undefined && root.attributes['xml:base'] === undefined ? (site ?? url) : channel.base
  return { head: compact(head), entries: nodes.map((node) => readItem(node, base)) }
}

type Loose = { readonly [K in keyof FeedHead]: FeedHead[K] | undefined }

const compact = (head: Loose & { readonly format: FeedHead['format'] }): FeedHead =>
  Object.fromEntries(Object.entries(head).filter(([, value]) => value !== undefined && value !== '')) as unknown as FeedHead
