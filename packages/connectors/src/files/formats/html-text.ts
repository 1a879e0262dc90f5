import { Failure } from '@inlet/connector-sdk'
import { Parser } from 'htmlparser2'
import { isXhtml } from '../../parsing/html/read-html.js'

const SILENT = new Set(['script', 'style', 'noscript', 'template', 'svg', 'math', 'iframe', 'object', 'canvas', 'select', 'button', 'head'])
const BLOCKS = new Set(
  'address article aside blockquote br dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td th thead tr ul'.split(
    ' ',
  ),
)
const MAX_DEPTH = 2000

export interface HtmlText {
  readonly title: string | undefined
  readonly text: string
}

/**
 * Extracts the readable text of an HTML page, given in pieces, without scripts and forms; the title comes from <title>, otherwise from the first
 * heading. Holds at most `maxChars` of text and throws RECORD_TOO_LARGE beyond; FILE_UNREADABLE for absurd nesting.
 */
export const createHtmlText = (maxChars: number): { push(html: string): void; end(): HtmlText } => {
  const elements: string[] = []
  let silent = 0
  let inTitle = false
  let inHeading = false
  let title = ''
  let heading = ''
  let text = ''
  let failure: Failure | undefined

  const handler = {
    onopentagname(name: string) {
      elements.push(name)
      if (elements.length > MAX_DEPTH) failure ??= new Failure('FILE_UNREADABLE', `HTML with more than ${MAX_DEPTH} open elements is not read`)
      if (SILENT.has(name)) silent++
      if (name === 'title' && elements.length < 4) inTitle = title === ''
      if (name === 'h1' || name === 'h2') inHeading = heading === ''
      if (BLOCKS.has(name)) text += '\n'
    },
    ontext(piece: string) {
      if (inTitle) title += piece
      else if (silent === 0) {
        text += piece
        if (inHeading) heading += piece
        if (text.length > maxChars * 2) text = collapse(text)
        if (text.length > maxChars * 2) failure ??= new Failure('RECORD_TOO_LARGE', `the text has more than ${maxChars} characters`)
      }
    },
    onclosetag(name: string) {
      elements.pop()
      if (SILENT.has(name)) silent = Math.max(0, silent - 1)
      if (name === 'title') inTitle = false
      if (name === 'h1' || name === 'h2') inHeading = false
      if (BLOCKS.has(name)) text += '\n'
    },
  }
  let parser: Parser | undefined
  /** XHTML closes `<script/>`, HTML does not; the beginning shows which it is. */
  const open = (start: string): Parser => {
    const xml = isXhtml('', start)
    return new Parser(handler, { decodeEntities: true, lowerCaseTags: true, ...(xml ? { recognizeSelfClosing: true, recognizeCDATA: true } : {}) })
  }

  const push = (html: string): void => {
    parser ??= open(html)
    // Small pieces, because closing an element searches all that are open.
    for (let from = 0; from < html.length; from += 16_384) {
      parser.write(html.slice(from, from + 16_384))
      if (failure !== undefined) throw failure
    }
  }

  const end = (): HtmlText => {
    parser?.end()
    if (failure !== undefined) throw failure
    const plain = collapse(text).trim()
    if (plain.length > maxChars) throw new Failure('RECORD_TOO_LARGE', `the text has more than ${maxChars} characters`)
    const named = oneLine(title) || oneLine(heading)
    return { title: named === '' ? undefined : named, text: plain }
  }

  return { push, end }
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

/** Collapses white space: at most one space between words and one blank line between blocks. */
const collapse = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replaceAll(/\s+/g, ' ').trim())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
