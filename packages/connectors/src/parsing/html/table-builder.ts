const MAX_COLUMNS = 100
/** A larger table is written in parts, so that no step takes long. */
const LARGE_CHARS = 262_144
const LARGE_ROWS = 5_000

/** Collects the rows of one table and writes them as a GitHub-flavored Markdown table. */
export class TableBuilder {
  /** Set once the table turns out to arrange the page instead of containing data: its cells are then written as plain blocks. */
  layout = false
  hasHeader = false
  inCell = false
  readonly #rows: string[][] = []
  #row: string[] = []
  #cell: string[] = []
  #chars = 0
  #span = 1
  #rowSpan = 1
  /** For each column, how many further rows a cell above still covers. */
  readonly #covered: number[] = []

  openRow(): void {
    this.closeRow()
  }

  closeRow(): void {
    if (this.inCell) this.closeCell()
    if (this.#row.length > 0) this.#rows.push(this.#row)
    this.#row = []
  }

  openCell(header: boolean, colSpan: string | undefined, rowSpan: string | undefined): void {
    if (this.inCell) this.closeCell()
    this.inCell = true
    this.hasHeader ||= header
    this.#span = span(colSpan)
    this.#rowSpan = span(rowSpan)
    this.#fillCovered()
  }

  /** Whether enough was collected to be written. */
  get isLarge(): boolean {
    return this.#chars > LARGE_CHARS || this.#rows.length > LARGE_ROWS
  }

  /** Adds one block of text to the open cell. */
  addBlock(text: string): void {
    this.#chars += text.length + 16
    this.#cell.push(joinLines(text.includes('|') ? text.replace(/(?<!\\)\|/g, '\\|') : text, '<br>'))
  }

  closeCell(): void {
    if (!this.inCell) return
    this.inCell = false
    const text = this.#cell.join('<br>')
    this.#cell = []
    for (let i = 0; i < this.#span && this.#row.length < MAX_COLUMNS; i++) {
      if (this.#rowSpan > 1) this.#covered[this.#row.length] = this.#rowSpan - 1
      this.#row.push(i === 0 ? text : '')
    }
  }

  /** Returns the text of all cells so far and forgets it: what is left to do when the table is only a layout. */
  takeBlocks(): string[] {
    const open = this.#cell
    this.#chars = 0
    const blocks = [...this.#rows.flat(), ...this.#row, ...open].filter((text) => text !== '').map(unescapePipes)
    this.#rows.length = 0
    this.#row = []
    this.#cell = []
    return blocks
  }

  /** Returns Markdown, or the blocks of a table with a single column. */
  finish(): { readonly table: string } | { readonly blocks: readonly string[] } {
    this.closeRow()
    const rows = this.#rows.splice(0).filter((row) => row.some((cell) => cell !== ''))
    const width = rows.reduce((most, row) => Math.max(most, row.length), 0)
    this.#chars = 0
    if (width < 2) return { blocks: rows.flat().map(unescapePipes) }
    const lines = rows.map((row) => `| ${[...row, ...Array<string>(width - row.length).fill('')].join(' | ')} |`)
    lines.splice(1, 0, `| ${Array<string>(width).fill('---').join(' | ')} |`)
    return { table: lines.join('\n') }
  }

  #fillCovered(): void {
    for (let left = this.#covered[this.#row.length] ?? 0; left > 0; left = this.#covered[this.#row.length] ?? 0) {
      this.#covered[this.#row.length] = left - 1
      this.#row.push('')
    }
  }
}

/** Joins the lines of a text, trimmed, into one. */
export const joinLines = (text: string, separator: string): string =>
  text.includes('\n')
    ? text
        .split('\n')
        .map((line) => line.trim())
        .join(separator)
    : text

const unescapePipes = (text: string): string => text.replaceAll('\\|', '|')

const span = (value: string | undefined): number => {
  const parsed = value === undefined ? 1 : Number.parseInt(value, 10)
  return parsed > 1 ? Math.min(parsed, MAX_COLUMNS) : 1
}
