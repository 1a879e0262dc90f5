/** A piece of a text that can be read, cited and embedded on its own. */
export interface Chunk {
  /** Offsets in the text, in UTF-16 units. */
  readonly start: number
  readonly end: number
  /** The headings it is under, outermost first. */
  readonly headings: readonly string[]
}

/** The most tokens (see estimateTokens) a chunk should have, and a text may have without being split. */
const TARGET = 450
const MIN = 120
const UNDIVIDED = 700

/** Estimates the tokens that language models would count: one for four and a half characters, or for one character of a script without spaces. */
export const estimateTokens = (text: string): number => {
  let wide = 0
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x2e_7f) wide += 1
  return (text.length - wide) / 4.5 + wide
}

/** Splits a text at headings, then between paragraphs, then lines and sentences. A text no longer than one and a half chunks stays whole. */
export const splitChunks = (text: string): readonly Chunk[] => {
  // A character is at most one token.
  if (text.length <= UNDIVIDED || estimateTokens(text) <= UNDIVIDED) return [{ start: 0, end: text.length, headings: [] }]
  const chunks: Chunk[] = []
  let open = null as OpenChunk | null
  for (const block of blocksOf(text).flatMap((one) => divide(text, one))) {
    const tokens = estimateTokens(text.slice(block.start, block.end))
    if (open !== null && !isFull(open, block, tokens)) {
      open = { ...open, end: block.end, tokens: open.tokens + tokens }
      continue
    }
    if (open !== null) chunks.push(toChunk(open))
    open = { ...block, tokens }
  }
  if (open !== null) chunks.push(toChunk(open))
  return chunks.filter(({ start, end }) => text.slice(start, end).trim() !== '')
}

interface OpenChunk extends Chunk {
  readonly tokens: number
}

const isFull = (open: OpenChunk, next: Block, tokens: number): boolean => open.tokens + tokens > TARGET || (next.opens && open.tokens >= MIN)

const toChunk = ({ start, end, headings }: OpenChunk): Chunk => ({ start, end, headings })

interface Block {
  readonly start: number
  readonly end: number
  readonly headings: readonly string[]
  /** Whether it begins with a heading. */
  readonly opens: boolean
}

const HEADING = /^(#{1,6})[ \t]+(.+?)[ \t#]*$/u
const FENCE = /^\s*(```|~~~)/u

/** Returns paragraphs, each with the headings above it. What looks like a heading inside a code block is none. */
const blocksOf = (text: string): readonly Block[] => {
  const blocks: Block[] = []
  const path: { level: number; title: string }[] = []
  let start = 0
  let opens = false
  let inCode = false
  let blank = false
  const push = (end: number): void => {
    if (end > start) blocks.push({ start, end, headings: path.map(({ title }) => title), opens })
    start = end
    opens = false
  }
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('\n', at)
    const lineEnd = next === -1 ? text.length : next + 1
    const line = text.slice(at, Math.min(next === -1 ? text.length : next, at + 300))
    const heading = inCode || text[at] !== '#' ? null : HEADING.exec(line)
    if (FENCE.test(line)) inCode = !inCode
    if (heading !== null) {
      push(at)
      const level = heading[1]?.length ?? 1
      while ((path.at(-1)?.level ?? 0) >= level) path.pop()
      path.push({ level, title: (heading[2] ?? '').slice(0, 200) })
      opens = true
    } else if (blank && !inCode && line.trim() !== '') push(at)
    blank = line.trim() === '' && !opensOnly(text, start, at)
    at = lineEnd
  }
  push(text.length)
  return blocks
}

/** A heading and the empty line after it belong to the paragraph that follows. */
const opensOnly = (text: string, start: number, at: number): boolean => HEADING.test(text.slice(start, Math.min(at, start + 400)).trim())

const BREAKS = [/\n/gu, /(?<=[.!?。！？])\s*/gu, /\s+/gu] as const

/** Splits a block that is longer than a chunk at lines, otherwise after sentences, between words, or anywhere. */
const divide = (text: string, block: Block, by = 0): readonly Block[] => {
  const own = text.slice(block.start, block.end)
  if (estimateTokens(own) <= TARGET) return [block]
  const pattern = BREAKS[by]
  if (pattern === undefined) return cutAnywhere(text, block)
  const pieces: Block[] = []
  let from = 0
  for (const match of own.matchAll(pattern)) {
    const end = match.index + match[0].length
    if (end > from) pieces.push({ start: block.start + from, end: block.start + end, headings: block.headings, opens: block.opens && from === 0 })
    from = end
  }
  if (from < own.length) pieces.push({ start: block.start + from, end: block.end, headings: block.headings, opens: block.opens && from === 0 })
  return pieces.flatMap((piece) => divide(text, piece, by + 1))
}

const cutAnywhere = (text: string, { start, end, headings, opens }: Block): readonly Block[] => {
  const size = Math.max(1, Math.floor(((end - start) * TARGET) / Math.max(TARGET, estimateTokens(text.slice(start, end)))))
  const pieces: Block[] = []
  for (let at = start; at < end; ) {
    let cut = Math.min(end, at + size)
    // Never between the halves of a surrogate pair.
    if (cut < end && (text.charCodeAt(cut) & 0xfc_00) === 0xdc_00) cut += 1
    pieces.push({ start: at, end: cut, headings, opens: opens && at === start })
    at = cut
  }
  return pieces
}
