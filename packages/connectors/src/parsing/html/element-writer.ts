import type { Attributes } from './boilerplate.js'
import { MarkdownWriter } from './markdown-writer.js'
import type { TagRole } from './tags.js'

const CODE_LANGUAGE = /(?:^|\s)(?:language-|lang-|highlight-source-|highlight-|sourceCode\s|brush:\s?)([A-Za-z0-9+#-]{1,30})/
const MAX_LANGUAGE_CLASS = 300

/** Translates content elements into Markdown by their role. `open` and `close` nest as the elements do. */
export class ElementWriter {
  readonly writer = new MarkdownWriter()
  /** Whether each open definition list has an open entry. */
  readonly #terms: boolean[] = []
  #heading = false
  /** Set by the element around a code block, e.g. `<div class="highlight-python">`. */
  #language = ''

  open(name: string, role: TagRole, attributes: Attributes): void {
    const { writer } = this
    switch (role) {
      case 'heading':
        this.#heading = true
        return writer.openHeading(Number(name[1]))
      case 'list':
        return writer.openList(name === 'ol', listStart(attributes['start']))
      case 'terms':
        this.#terms.push(false)
        return writer.openList(false)
      case 'term':
      case 'meaning':
        return this.#openTerm(role)
      case 'item':
        return writer.openItem()
      case 'quote':
        return writer.openQuote()
      case 'pre':
        writer.openPre(languageOf(attributes) || this.#language)
        this.#language = ''
        return
      case 'table':
        return writer.openTable(attributes['role'] === 'presentation')
      case 'row':
      case 'cell':
        return this.#openTablePart(name, role, attributes)
      case 'break':
        return writer.lineBreak()
      case 'rule':
        return writer.rule()
      case 'code':
        if (writer.inPre) writer.setPreLanguage(languageOf(attributes))
        return writer.inline.open(writer.inPre ? 'text' : 'code')
      case 'strong':
      case 'em':
      case 'strike':
        return writer.inline.open(this.#heading || writer.inPre ? 'text' : role)
      case 'cite':
        return writer.add('"')
      default:
        writer.endBlock()
        this.#language = languageOf(attributes)
    }
  }

  /** Opens a link; an empty URL leaves only its text. */
  openLink(href: string): void {
    this.writer.inline.open(this.writer.inPre ? 'text' : 'link', href)
  }

  image(alt: string, src: string): void {
    const text = alt.replace(/[\s[\]]+/g, ' ').trim()
    if (text === '' || this.writer.inPre) return
    this.writer.inline.addMarkdown(src === '' ? text : `![${text}](${src.replace(/[() <>]/g, encodeURIComponent)})`)
  }

  close(role: TagRole): void {
    const { writer } = this
    switch (role) {
      case 'heading':
        this.#heading = false
        return writer.closeHeading()
      case 'list':
        return writer.closeList()
      case 'terms':
        writer.endBlock()
        if (this.#terms.pop() === true) writer.closeContainer()
        return writer.closeList()
      case 'item':
      case 'quote':
        return writer.closeContainer()
      case 'pre':
        return writer.closePre()
      case 'table':
        return writer.closeTable()
      case 'row':
      case 'cell':
        return this.#closeTablePart(role)
      case 'code':
      case 'strong':
      case 'em':
      case 'strike':
      case 'link':
        return writer.inline.close()
      case 'cite':
        return writer.add('"')
      case 'image':
      case 'break':
      case 'rule':
      case 'head':
        return
      default:
        writer.endBlock()
    }
  }

  /** Turns a definition list into a list with the term as the first paragraph of each entry. */
  #openTerm(role: 'term' | 'meaning'): void {
    const last = this.#terms.length - 1
    this.writer.endBlock()
    if (last < 0) return
    if (role === 'meaning' && this.#terms[last] === true) return
    if (this.#terms[last] === true) this.writer.closeContainer()
    this.writer.openItem()
    this.#terms[last] = true
  }

  #openTablePart(name: string, role: 'row' | 'cell', attributes: Attributes): void {
    this.writer.endBlock()
    const table = this.writer.table
    if (table === undefined || table.layout) return
    if (role === 'row') table.openRow()
    else table.openCell(name === 'th', attributes['colspan'], attributes['rowspan'])
  }

  #closeTablePart(role: 'row' | 'cell'): void {
    if (role === 'row') return this.writer.closeRow()
    this.writer.endBlock()
    const { table } = this.writer
    if (table !== undefined && !table.layout) table.closeCell()
  }
}

const languageOf = (attributes: Attributes): string => {
  const classes = attributes['class']
  if (classes === undefined || classes.length > MAX_LANGUAGE_CLASS) return ''
  const language = CODE_LANGUAGE.exec(classes)?.[1]?.toLowerCase() ?? ''
  return language === 'default' || language === 'none' || language === 'text' ? '' : language
}

const listStart = (value: string | undefined): number => {
  const start = value === undefined ? 1 : Number.parseInt(value, 10)
  return start >= 0 && start < 1_000_000_000 ? start : 1
}
