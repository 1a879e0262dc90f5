import type { MarkdownWriter } from './markdown-writer.js'

interface Range {
  readonly from: number
  readonly depth: number
  to: number | undefined
}

/** The main content must hold this share of the text, or this many characters, to stand for the page. */
const MIN_SHARE = 0.25
const MIN_CHARS = 200

/** Finds the part of a page that its author marked as the content: `main`, else the only `article`. */
export class MainContent {
  #main: Range | undefined
  #article: Range | undefined
  #articles = 0
  #openUntil = 0

  /** Whether the parser is inside of main or an article. */
  get inside(): boolean {
    return this.#openUntil > 0
  }

  open(kind: 'main' | 'article', depth: number, writer: MarkdownWriter): void {
    if (this.#openUntil === 0) this.#openUntil = depth
    const range: Range = { from: writer.length, depth, to: undefined }
    if (kind === 'main') this.#main ??= range
    else if (this.#articles++ === 0) this.#article = range
  }

  /** To be called for every element that closes. */
  close(depth: number, writer: MarkdownWriter): void {
    if (depth === this.#openUntil) this.#openUntil = 0
    if (this.#main?.depth === depth) this.#main.to ??= writer.length
    if (this.#article?.depth === depth) this.#article.to ??= writer.length
  }

  text(writer: MarkdownWriter): string {
    const all = writer.text(0, writer.length)
    const range = this.#main ?? (this.#articles === 1 ? this.#article : undefined)
    if (range === undefined) return all
    const text = writer.text(range.from, range.to ?? writer.length)
    return text.length >= MIN_CHARS || text.length >= all.length * MIN_SHARE ? text : all
  }
}
