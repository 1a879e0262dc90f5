import { Failure } from '@inlet/connector-sdk'
import type { Zip, ZipEntry } from '../zip/open-zip.js'
import { findMainPart, officeParts } from './office-parts.js'
import { attributeOf, readXml } from './xml-events.js'

export interface DocxDocument {
  /** From its properties, otherwise its first paragraph in the style Title or of a heading. */
  readonly title: string | undefined
  /** Paragraphs separated by blank lines, rows of tables as lines with cells between bars. */
  readonly text: string
  readonly properties: Readonly<Record<string, string>>
}

/**
 * Reads the running text of a Word document, without tracked deletions, headers and notes. Throws
 * CONTENT_MISMATCH, FILE_UNREADABLE, RECORD_TOO_LARGE.
 */
export const readDocx = async (zip: Zip, { maxChars }: { readonly maxChars: number }): Promise<DocxDocument> => {
  const parts = await officeParts(zip)
  const body = parts.get(await findMainPart(parts, 'word/document.xml'))
  if (body === undefined) throw new Failure('CONTENT_MISMATCH', 'the content is not a Word document: word/document.xml is missing')
  const writer = createWriter(maxChars)
  await readXml(body.bytes(), writer)
  const properties = await readCoreProperties(parts)
  const { title, text } = writer.finish()
  return { title: properties['title'] ?? title, text, properties }
}

/** The old position of moved text (ECMA-376 part 1, 17.13.5.22), and the content for old programs. */
const ELSEWHERE = new Set(['Fallback', 'moveFrom'])

const createWriter = (maxChars: number) => {
  let text = ''
  let paragraph = ''
  let title: string | undefined
  let style = ''
  let inText = false
  let tables = 0
  let cells: string[] = []
  let cell: string[] = []
  // Counts elements whose content is shown elsewhere: a text box has its content twice, for new and for
  // old programs, and moved text has its old position.
  let elsewhere = 0

  const add = (piece: string): void => {
    text += piece
    if (text.length > maxChars) throw new Failure('RECORD_TOO_LARGE', `the document has more than ${maxChars} characters of text`)
  }
  const endParagraph = (): void => {
    const line = paragraph.trim()
    paragraph = ''
    if (line === '') return
    if (title === undefined && /^(?:title|heading|titel|berschrift|überschrift)/i.test(style)) title = line.replaceAll(/\s+/g, ' ')
    if (tables > 0) cell.push(line)
    else add(`${line}\n\n`)
  }

  return {
    open(name: string, attributes: Readonly<Record<string, string>>): void {
      if (ELSEWHERE.has(name)) elsewhere++
      if (elsewhere > 0) return
      if (name === 't') inText = true
      else if (name === 'tab') paragraph += '\t'
      else if (name === 'br' || name === 'cr') paragraph += '\n'
      else if (name === 'noBreakHyphen') paragraph += '-'
      else if (name === 'p') style = ''
      else if (name === 'pStyle') style = attributeOf(attributes, 'val') ?? ''
      else if (name === 'tbl') tables++
    },
    close(name: string): void {
      if (ELSEWHERE.has(name)) elsewhere--
      if (elsewhere > 0) return
      if (name === 't') inText = false
      else if (name === 'p') endParagraph()
      else if (name === 'tc' && tables === 1) {
        cells.push(cell.join(' '))
        cell = []
      } else if (name === 'tr' && tables === 1) {
        add(`${cells.join(' | ')}\n`)
        cells = []
      } else if (name === 'tbl' && --tables === 0) add('\n')
    },
    text(piece: string): void {
      if (!inText || elsewhere > 0) return
      paragraph += piece
      if (paragraph.length > maxChars) throw new Failure('RECORD_TOO_LARGE', `the document has more than ${maxChars} characters of text`)
    },
    finish: () => ({ title, text: text.trim() }),
  }
}

const WANTED = new Set(['title', 'subject', 'creator', 'keywords', 'description', 'lastModifiedBy', 'created', 'modified', 'category'])

/** Reads what an Office file says about itself: title, creator, created … */
const readCoreProperties = async (parts: ReadonlyMap<string, ZipEntry>): Promise<Readonly<Record<string, string>>> => {
  const part = parts.get('docprops/core.xml')
  const properties: Record<string, string> = {}
  if (part === undefined) return properties
  let name = ''
  await readXml(part.bytes(), {
    open: (element) => void (name = element),
    close: () => void (name = ''),
    text: (text) => {
      if (WANTED.has(name) && text.trim() !== '') properties[name] = ((properties[name] ?? '') + text).slice(0, 1000)
    },
  })
  return properties
}
