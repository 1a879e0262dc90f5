import type { MarkdownWriter } from './markdown-writer.js'

/** Blocks between two positions that their author marked as content. */
export interface Range {
  readonly kind: 'main' | 'article' | 'body'
  readonly from: number
  /** The position after the last one. */
  readonly to: number
}

interface Open {
  readonly kind: Range['kind']
  readonly from: number
  readonly depth: number
}

/** No more are remembered: a page with this many articles is a list. */
const MAX_RANGES = 200

/** Collects the parts of a page that its author marked as content: `main`, `article`, and elements whose class says that they contain the text. */
export class MainContent {
  readonly ranges: Range[] = []
  readonly #open: Open[] = []

  /** Whether the parser is inside main or an article. */
  get inside(): boolean {
    return this.#open.some(({ kind }) => kind !== 'body')
  }

  open(kind: Range['kind'], depth: number, writer: MarkdownWriter): void {
    this.#open.push({ kind, from: writer.length, depth })
  }

  /** Call it for every element that closes. */
  close(depth: number, writer: MarkdownWriter): void {
    while (this.#open.at(-1)?.depth === depth) this.#end(writer)
  }

  /** Call it at the end of the page. */
  finish(writer: MarkdownWriter): void {
    while (this.#open.length > 0) this.#end(writer)
  }

  #end(writer: MarkdownWriter): void {
    const last = this.#open.pop()
    if (last !== undefined && (last.kind === 'main' || this.ranges.length < MAX_RANGES))
      this.ranges.push({ kind: last.kind, from: last.from, to: writer.length })
  }
}
