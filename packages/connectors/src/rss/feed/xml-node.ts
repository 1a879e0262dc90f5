import { isUrl } from '@inlet/connector-sdk'
/** An element with its content in order. */
export interface XmlNode {
  /** Local name behind a prefix of ours, e.g. `atom:entry`, `item`, `dc:date`. */
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  /** What addresses inside are relative to (xml:base). */
  readonly base: string
  readonly language: string | undefined
  readonly parts: (string | XmlNode)[]
}

export const childrenOf = (node: XmlNode, name: string): readonly XmlNode[] =>
  node.parts.filter((part): part is XmlNode => typeof part !== 'string' && part.name === name)

export const childOf = (node: XmlNode, name: string): XmlNode | undefined => childrenOf(node, name)[0]

/** All text inside, trimmed. */
export const textOf = (node: XmlNode | undefined): string => (node === undefined ? '' : collect(node).trim())

const collect = (node: XmlNode): string => node.parts.map((part) => (typeof part === 'string' ? part : collect(part))).join('')

/** The text of the first child of one of these names that has any. */
export const textAt = (node: XmlNode, ...names: readonly string[]): string | undefined => {
  for (const name of names) for (const child of childrenOf(node, name)) if (textOf(child) !== '') return textOf(child)
  return undefined
}

/** A child of Media RSS, which may also stand in the group or the content of an entry. */
export const mediaChild = (node: XmlNode, name: string): XmlNode | undefined => {
  const groups = childrenOf(node, 'media:group')
  const places = [node, ...groups, ...[node, ...groups].flatMap((place) => childrenOf(place, 'media:content'))]
  return places
    .map((place) => childrenOf(place, name).find((child) => textOf(child) !== '' || child.attributes['url'] !== undefined))
    .find((child) => child !== undefined)
}

/** What is inside, as HTML; for XHTML content. */
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

/** An absolute http(s) address, or undefined. */
export const absolute = (href: string | undefined, base: string): string | undefined => {
  const text = href?.trim() ?? ''
  if (text === '' || text.length > 8_192 || !isUrl(text, base)) return undefined
  const url = new URL(text, base)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined
}
