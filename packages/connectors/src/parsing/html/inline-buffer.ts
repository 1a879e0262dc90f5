type FrameKind = 'text' | 'strong' | 'em' | 'strike' | 'code' | 'link'

/** Characters of text, without markup. */
export interface TextCounts {
  readonly chars: number
  readonly linkChars: number
}

interface Frame {
  readonly kind: FrameKind
  readonly href: string
  text: string
}

const NEEDS_COLLAPSE = /[\t\n\r\f\u00a0\u00ad\u200b]| {2}/
const INVISIBLE = /[\u00ad\u200b]+/g
/** White space other than a single space, which stays as it is. */
const WHITE_SPACE = /(?:[\t\n\r\f\u00a0]| (?=[ \t\n\r\f\u00a0]))[ \t\n\r\f\u00a0]*/g
const NEEDS_ESCAPE = /[*`<_\\]/
const ESCAPED = /[*`]|<(?=[A-Za-z/!?])|\\(?=[!-/:-@[-`{-~])|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g
/** A piece is flushed beyond this, so that no step takes long. */
const MAX_PIECE = 16_384
const ANCHOR_SIGN = /^[¶#§🔗⚓]$/u
const LINE_START = /^(?:#{1,6}(?= |$)|[-+](?= |$)|>|=+$|-{3,}$|~{3}|\d{1,9}[.)](?= |$))/

/**
 * The inline content of the block being written: text with collapsed white space and Markdown markup. Each open inline element has a
 * frame, so that closing one never copies what precedes it: linear in the size of the paragraph.
 */
export class InlineBuffer {
  readonly #frames: Frame[] = [{ kind: 'text', href: '', text: '' }]
  #raw = ''
  #endsInSpace = true
  #codeDepth = 0
  #chars = 0
  #linkChars = 0

  /** Appends text of the document; the parser passes it in arbitrary pieces, with entities separate. */
  add(data: string): void {
    this.#raw += data
    if (this.#raw.length > MAX_PIECE) this.#flush()
  }

  /** Appends Markdown as it is. */
  addMarkdown(markdown: string): void {
    this.#flush()
    this.#endsInSpace = markdown.endsWith(' ') || markdown.endsWith('\n')
    this.#append(markdown)
  }

  /** Opens an inline element; every `open` has its `close`. */
  open(kind: FrameKind, href = ''): void {
    this.#flush()
    const idle = this.#codeDepth > 0 && kind !== 'link'
    if (kind === 'code') this.#codeDepth++
    this.#frames.push({ kind: idle || this.#has(kind) ? 'text' : kind, href, text: '' })
    if (kind === 'code' && idle) this.#codeDepth--
  }

  close(): void {
    this.#flush()
    const frame = this.#frames.length > 1 ? this.#frames.pop() : undefined
    if (frame === undefined) return
    if (frame.kind === 'code') this.#codeDepth--
    this.#append(wrap(frame))
  }

  /** Returns how much text was added since the previous call, and how much of it in links. */
  takeCounts(): TextCounts {
    const counts = { chars: this.#chars, linkChars: this.#linkChars }
    this.#chars = this.#linkChars = 0
    return counts
  }

  /** Returns the content so far, trimmed; open elements continue in the next block. */
  take(): string {
    this.#flush()
    for (let i = this.#frames.length - 1; i > 0; i--) {
      const frame = this.#frames[i]
      const outer = this.#frames[i - 1]
      if (frame === undefined || outer === undefined) continue
      outer.text += wrap(frame)
      frame.text = ''
    }
    const root = this.#frames[0]
    const text = root?.text.trim() ?? ''
    if (root !== undefined) root.text = ''
    this.#endsInSpace = true
    return text
  }

  /** Processes the text collected so far, as one piece. */
  #flush(): void {
    const data = this.#raw
    if (data === '') return
    this.#raw = ''
    let text = NEEDS_COLLAPSE.test(data) ? data.replace(INVISIBLE, '').replace(WHITE_SPACE, ' ') : data
    if (this.#endsInSpace && text.startsWith(' ')) text = text.slice(1)
    if (text === '') return
    this.#endsInSpace = text.endsWith(' ')
    this.#chars += text.length
    if (this.#has('link')) this.#linkChars += text.length
    this.#append(this.#codeDepth === 0 && NEEDS_ESCAPE.test(text) ? text.replace(ESCAPED, '\\$&') : text)
  }

  #append(text: string): void {
    const top = this.#frames.at(-1)
    if (top !== undefined) top.text += text
  }

  #has(kind: FrameKind): boolean {
    return this.#frames.some((frame) => frame.kind === kind)
  }
}

/** Escapes what would turn a paragraph into a heading, list or quote. */
export const escapeLineStart = (text: string): string => (LINE_START.test(text) ? text.replace(/^(\d*)/, '$1\\') : text)

/** Returns inline code, even with backticks inside. */
export const codeSpan = (text: string): string => {
  if (!text.includes('`')) return `\`${text}\``
  const fence = '`'.repeat(longestRun(text) + 1)
  return `${fence} ${text} ${fence}`
}

/** Returns the length of the longest run of backticks. */
export const longestRun = (text: string): number => {
  let longest = 0
  for (let at = text.indexOf('`'); at >= 0; ) {
    let end = at + 1
    while (text[end] === '`') end++
    longest = Math.max(longest, end - at)
    at = text.indexOf('`', end)
  }
  return longest
}

const MARKS = { strong: '**', em: '*', strike: '~~' } as const

const wrap = (frame: Frame): string => {
  const { kind, text } = frame
  if (kind === 'text' || text === '') return text
  const inner = text.trim()
  if (inner === '') return ' '
  const before = text.startsWith(' ') ? ' ' : ''
  const after = text.endsWith(' ') ? ' ' : ''
  return before + mark(kind, inner, frame.href) + after
}

const mark = (kind: Exclude<FrameKind, 'text'>, inner: string, href: string): string => {
  if (kind === 'code') return codeSpan(inner)
  if (kind === 'link' && ANCHOR_SIGN.test(inner)) return ''
  if (kind === 'link') return href === '' ? inner : `[${inner}](${href.replace(/[() <>]/g, encodeURIPart)})`
  return MARKS[kind] + inner + MARKS[kind]
}

const encodeURIPart = (char: string): string => `%${char.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`
