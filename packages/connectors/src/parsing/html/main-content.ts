import type { MarkdownWriter } from './markdown-writer.js'

/** Blocks between two positions that their author marked as content. */
export interface Range {
  readonly kind: 'main' | 'article' | 'body'
  readonly from: number
  /** The position behind the last one. */
  readonly to: number
}

interface Open {
  readonly kind: Range['kind']
  readonly from: number
  readonly depth: number
}

/** More are not remembered: a page of so many articles is a list. */
const MAX_RANGES = 200

/** Gathers the parts of a page that its author marked as content: `main`, `article`, and elements whose class says that they hold the text. */
export class MainContent {
  readonly ranges: Range[] = []
  readonly #open: Open[] = []

  /** Whether the parser is inside of main or an article. */
  get inside(): boolean {
    return this.#open.some(({ kind }) => kind !== 'body')
  }

  open(kind: Range['kind'], depth: number, writer: MarkdownWriter): void {
    this.#open.push({ kind, from: writer.length, depth })
  }

  /** To be called for every element that closes. */
  close(depth: number, writer: MarkdownWriter): void {
    while (this.#open.at(-1)?.depth === depth) this.#end(writer)
  }

  /** At the end of the page. */
  finish(writer: MarkdownWriter): void {
    while (this.#open.length > 0) this.#end(writer)
  }

  #end(writer: MarkdownWriter): void {
    const last = this.#open.pop()
    if (last !== undefined && (last.kind === 'main' || this.ranges.length < MAX_RANGES))
      this.ranges.push({ kind: last.kind, from: last.from, to: writer.length })
  }
}
