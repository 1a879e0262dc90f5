import { isUrl } from '@inlet/connector-sdk'
/** An element with its content in order. */
export interface XmlNode {
  /** Local name with our prefix, e.g. `atom:entry`, `item`, `dc:date`. */
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  /** Base of the URLs inside (xml:base). */
  readonly base: string
  readonly language: string | undefined
  readonly parts: (string | XmlNode)[]
}

export const childrenOf = (node: XmlNode, name: string): readonly XmlNode[] =>
  node.parts.filter((part): part is XmlNode => typeof part !== 'string' && part.name === name)

export const childOf = (node: XmlNode, name: string): XmlNode | undefined => childrenOf(node, name)[0]

/** Returns all text inside, trimmed. */
export const textOf = (node: XmlNode | undefined): string => (node === undefined ? '' : collect(node).trim())

const collect = (node: XmlNode): string => node.parts.map((part) => (typeof part === 'string' ? part : collect(part))).join('')

/** Returns the text of the first child with one of these names that has any. */
export const textAt = (node: XmlNode, ...names: readonly string[]): string | undefined => {
  for (const name of names) for (const child of childrenOf(node, name)) if (textOf(child) !== '') return textOf(child)
  return undefined
}

/** Finds a child in the Media RSS namespace, which may also be in the group or the content of an entry. */
export const mediaChild = (node: XmlNode, name: string): XmlNode | undefined => {
  const groups = childrenOf(node, 'media:group')
  const places = [node, ...groups, ...[node, ...groups].flatMap((place) => childrenOf(place, 'media:content'))]
  return places
    .map((place) => childrenOf(place, name).find((child) => textOf(child) !== '' || child.attributes['url'] !== undefined))
    .find((child) => child !== undefined)
}

/** Serializes the content as HTML; for XHTML content. */
export const htmlOf = (node: XmlNode): string => node.parts.map((part) => (typeof part === 'string' ? escapeText(part) : elementOf(part))).join('')

const elementOf = (node: XmlNode): string => {
  const name = node.name.slice(node.name.indexOf(':') + 1)
  const attributes = Object.entries(node.attributes)
    .filter(([key]) => !key.includes(':') && key !== 'xmlns')
    .map(([key, value]) => ` ${key}="${escapeText(value).replaceAll('"', '&quot;')}"`)
  return `<${name}${attributes.join('')}>${VOID.has(name) ? '' : `${htmlOf(node)}</${name}>`}`
}

const VOID = new Set(['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'source', 'track', 'wbr'])

const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Returns an absolute http(s) URL, or undefined. */
export const absolute = (href: string | undefined, base: string): string | undefined => {
  const text = href?.trim() ?? ''
  if (text === '' || text.length > 8_192 || !isUrl(text, base)) return undefined
  const url = new URL(text, base)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined
}
