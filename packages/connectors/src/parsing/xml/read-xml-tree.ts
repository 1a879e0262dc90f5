import { isUtf8 } from 'node:buffer'
import { Failure } from '@inlet/connector-sdk'
import { SaxesParser } from 'saxes'
import { createYield } from '../bytes/yield-to-loop.js'
import { chooseCharset, type DecodedText, decodeAs } from '../html/decode.js'

/** An element with its text; names come without a prefix. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** The text directly inside, without that of children. */
  readonly text: string
}

interface Building {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Building[]
  text: string
}

const PIECE_CHARS = 64 * 1024
const MAX_DEPTH = 100

/**
 * Parses a small XML document into a tree; yields to other work between its pieces. Throws XML_DTD_NOT_ALLOWED, and
 * CONTENT_MISMATCH for what is not XML.
 */
export const readXmlTree = async (xml: string): Promise<XmlElement> => {
  const parser = new SaxesParser()
  const root: Building = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  const found: { failure?: Failure } = {}
  const fail = (failure: Failure): void => void (found.failure ??= failure)
  parser.on('error', (error) => fail(new Failure('CONTENT_MISMATCH', `this is not XML: ${error.message.slice(0, 200)}`)))
  parser.on('doctype', () => fail(new Failure('XML_DTD_NOT_ALLOWED', 'XML with a DOCTYPE is not read')))
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name: name.slice(name.indexOf(':') + 1), attributes: attributes as Record<string, string>, children: [], text: '' }
    open.at(-1)?.children.push(element)
    open.push(element)
    if (open.length > MAX_DEPTH) fail(new Failure('CONTENT_MISMATCH', `XML with more than ${MAX_DEPTH} levels is not read`))
  })
  parser.on('closetag', () => void open.pop())
  const addText = (text: string): void => {
    const element = open.at(-1)
    if (element !== undefined) element.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)

  const yieldToLoop = createYield()
  for (let from = 0; from < xml.length && found.failure === undefined; from += PIECE_CHARS) {
    parser.write(xml.slice(from, from + PIECE_CHARS))
    await yieldToLoop()
  }
  if (found.failure === undefined) parser.close()
  if (found.failure !== undefined) throw found.failure
  const [top] = root.children
  if (top === undefined) throw new Failure('CONTENT_MISMATCH', 'this is not XML: it has no element')
  return top
}

/** Returns the first child with a name. */
export const childOf = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((child) => child.name === name)

/** Returns the text of the first child with a name, trimmed; empty if there is none. */
export const textOf = (element: XmlElement | undefined, name: string): string => childOf(element, name)?.text.trim() ?? ''

/**
 * Decodes XML or JSON from the web, by byte order mark, UTF-16 by its zeros, charset of the Content-Type, XML declaration, and what the bytes look
 * like. Valid UTF-8 that declares itself overrides the header, which many servers set the same for all text. NUL and lone surrogates become U+FFFD,
 * and leading white space, which XML does not allow, is removed.
 */
export const decodeXml = (bytes: Buffer, contentType: string): DecodedText => {
  const chosen = chooseCharset(bytes, contentType)
  const decoded = decodeAs(bytes, declaresUtf8(bytes) && !chosen.charset.startsWith('utf') ? { charset: 'utf-8', certainty: 1 } : chosen)
  return { ...decoded, text: decoded.text.replace(/^[\ufeff\s]+/, '') }
}

const declaresUtf8 = (bytes: Buffer): boolean => {
  const head = bytes.toString('latin1', 0, 200)
  return (/^\s{0,20}<\?xml[^>]{1,150}encoding\s?=\s?["']utf-?8["']/i.test(head) || head.trimStart().startsWith('{')) && isUtf8(bytes)
}
