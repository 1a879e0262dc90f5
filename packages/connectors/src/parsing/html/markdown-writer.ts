import type { Block, Place } from './block.js'
import { codeSpan, escapeLineStart, InlineBuffer, longestRun } from './inline-buffer.js'
import { joinLines, TableBuilder } from './table-builder.js'

interface ListState {
  readonly ordered: boolean
  next: number
  started: boolean
}

interface Container {
  readonly kind: 'quote' | 'item'
  readonly list?: ListState
  /** For an item, written before its first line; for a quote always. */
  readonly marker: string
  /** Written before all further lines. */
  readonly indent: string
  printed: boolean
}

/** Writes Markdown from a stream of structure events. Calls to `open…` and `close…` nest as the elements do. */
export class MarkdownWriter {
  readonly inline = new InlineBuffer()
  readonly #out: Block[] = []
  /** The part of the page being written, if it may be navigation. */
  place: Place | null = null
  readonly #containers: Container[] = []
  readonly #marks: number[] = []
  readonly #lists: ListState[] = []
  readonly #tables: TableBuilder[] = []
  #heading = 0
  #pre: { language: string; text: string[] } | undefined

  /** The number of blocks written: positions for `text`. */
  get length(): number {
    this.endBlock()
    return this.#out.length
  }

  /** Returns the Markdown of the blocks that are kept. */
  text(keep: (block: Block, index: number) => boolean = () => true): string {
    return this.#out
      .filter(keep)
      .map(({ markdown }) => markdown)
      .join('')
      .replace(/^[\n>\s]*\n/, '')
  }

  /** What was written so far, block by block. */
  get blocks(): readonly Block[] {
    return this.#out
  }

  add(data: string): void {
    if (this.#pre !== undefined) this.#pre.text.push(data)
    else this.inline.add(data)
  }

  lineBreak(): void {
    if (this.#pre !== undefined) this.#pre.text.push('\n')
    else this.inline.addMarkdown(this.#heading > 0 ? ' ' : '  \n')
  }

  /** Ends the current paragraph, heading or cell line. */
  endBlock(): void {
    const text = this.inline.take()
    if (text === '' || this.#pre !== undefined) return
    const table = this.#dataTable()
    if (table !== undefined) this.#addToCell(table, this.#itemInCell() + text)
    else if (this.#heading > 0) this.#emit(`${'#'.repeat(this.#heading)} ${joinLines(text, ' ')}`)
    else this.#emit(escapeLineStart(text))
  }

  openHeading(level: number): void {
    this.endBlock()
    this.#turnIntoLayout()
    this.#heading = level
  }

  closeHeading(): void {
    this.endBlock()
    this.#heading = 0
  }

  rule(): void {
    this.endBlock()
    if (this.#dataTable() === undefined) this.#emit('---')
  }

  openQuote(): void {
    this.#openContainer({ kind: 'quote', marker: '> ', indent: '> ', printed: false })
  }

  openList(ordered: boolean, start = 1): void {
    this.endBlock()
    this.#lists.push({ ordered, next: start, started: false })
  }

  closeList(): void {
    this.endBlock()
    this.#lists.pop()
  }

  openItem(): void {
    const list = this.#lists.at(-1) ?? { ordered: false, next: 1, started: false }
    const marker = list.ordered ? `${list.next++}. ` : '- '
    this.#openContainer({ kind: 'item', list, marker, indent: ' '.repeat(marker.length), printed: false })
  }

  /** Ends the most recently opened quote or item. */
  closeContainer(): void {
    this.endBlock()
    const length = this.#marks.pop()
    if (length !== undefined) this.#containers.length = length
  }

  openPre(language: string): void {
    this.endBlock()
    this.#turnIntoLayout()
    this.#pre = { language, text: [] }
  }

  setPreLanguage(language: string): void {
    if (this.#pre !== undefined && this.#pre.language === '') this.#pre.language = language
  }

  get inPre(): boolean {
    return this.#pre !== undefined
  }

  closePre(): void {
    const pre = this.#pre
    this.#pre = undefined
    if (pre === undefined) return
    const text = trimLines(pre.text.join(''))
    if (text === '') return
    const table = this.#dataTable()
    if (table !== undefined) {
      table.addBlock(text.split('\n').filter(Boolean).map(codeSpan).join('\n'))
      return
    }
    const fence = '`'.repeat(Math.max(3, longestRun(text) + 1))
    this.#emit(`${fence}${pre.language}\n${text}\n${fence}`)
  }

  openTable(presentation: boolean): void {
    this.endBlock()
    this.#turnIntoLayout()
    const table = new TableBuilder()
    // Inside a cell of a data table only its text matters.
    table.layout = presentation || this.#dataTable() !== undefined
    this.#tables.push(table)
  }

  get table(): TableBuilder | undefined {
    return this.#tables.at(-1)
  }

  closeTable(): void {
    this.endBlock()
    const table = this.#tables.pop()
    if (table !== undefined && !table.layout) this.#emitTable(table)
  }

  /** Ends a row; writes what there is of a large table. */
  closeRow(): void {
    this.endBlock()
    const { table } = this
    if (table === undefined || table.layout) return
    table.closeRow()
    if (table.isLarge) this.#emitTable(table)
  }

  #emitTable(table: TableBuilder): void {
    const result = table.finish()
    if ('table' in result) {
      if (result.table !== '') this.#emit(result.table)
    } else this.#emitAll(result.blocks)
  }

  /** A cell that never seems to end reveals a layout, whatever its table says. */
  #addToCell(table: TableBuilder, text: string): void {
    table.addBlock(text)
    if (!table.isLarge || table !== this.table) return
    this.#emitAll(table.takeBlocks())
    table.layout = true
  }

  /** Returns the innermost table that collects cells. */
  #dataTable(): TableBuilder | undefined {
    for (let i = this.#tables.length - 1; i >= 0; i--) {
      const table = this.#tables[i]
      if (table !== undefined && !table.layout) return table.inCell ? table : undefined
    }
    return undefined
  }

  /** A heading, code block or table inside a cell of a table without header cells shows that the table only arranges the page. */
  #turnIntoLayout(): void {
    const table = this.table
    if (table === undefined || table.layout || table.hasHeader || !table.inCell) return
    const blocks = table.takeBlocks()
    table.layout = true
    this.#emitAll(blocks)
  }

  #itemInCell(): string {
    const top = this.#containers.at(-1)
    if (top === undefined || top.kind !== 'item' || top.printed) return ''
    top.printed = true
    return top.list?.ordered === true ? top.marker : '• '
  }

  #openContainer(container: Container): void {
    this.endBlock()
    this.#marks.push(this.#containers.length)
    this.#containers.push(container)
  }

  /** Emits blocks that were in cells. The share of links is only known for all of them together. */
  #emitAll(blocks: readonly string[]): void {
    const { chars, linkChars } = this.inline.takeCounts()
    for (const block of blocks) {
      const share = chars === 0 ? 0 : linkChars / chars
      this.#emit(escapeLineStart(block.replaceAll('<br>', '\n')), { chars: block.length, linkChars: Math.round(block.length * share) })
    }
  }

  #emit(text: string, counts = this.inline.takeCounts()): void {
    let first = ''
    let rest = ''
    let blank = ''
    let tight = false
    for (const [index, container] of this.#containers.entries()) {
      if (container.kind === 'item' && !container.printed) {
        const outer = this.#containers[index - 1]
        tight ||= container.list?.started === true || (outer?.kind === 'item' && outer.printed)
        if (container.list !== undefined) container.list.started = true
        first += container.marker
      } else {
        first += container.indent
        if (container.kind === 'quote' && container.printed) blank = first.trimEnd()
      }
      rest += container.indent
      container.printed = true
    }
    const separator = this.#out.length === 0 ? '' : tight ? '\n' : `\n${blank}\n`
    const body = rest === '' || !text.includes('\n') ? text : text.replace(/\n(?!\n|$)/g, `\n${rest}`)
    const kind = this.#containers.some((container) => container.kind === 'item') ? 'item' : this.#heading > 0 ? 'heading' : 'text'
    this.#out.push({
      markdown: separator + first + body,
      kind,
      level: this.#heading,
      place: this.place,
      ...counts,
      wideChars: text.match(WIDE)?.length ?? 0,
      isSentence: ENDS_SENTENCE.test(text),
    })
  }
}

const WIDE = /[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/g
const ENDS_SENTENCE = /[.!?…:;。！？][)"'”’»*_\]]*$/u

/** Removes empty lines at both ends and trailing white space. */
const trimLines = (text: string): string => {
  const end = text.trimEnd()
  let start = 0
  for (let i = 0; i < end.length && (end[i] === '\n' || end[i] === ' ' || end[i] === '\t' || end[i] === '\r'); i++) if (end[i] === '\n') start = i + 1
  return end.slice(start).replaceAll('\r\n', '\n')
}
