/** Longer lines are no records that could be stored. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024

export interface Line {
  readonly text: string
  /** The line was longer than the limit; only its beginning is here. */
  readonly cut: boolean
}

/** How much of an overlong line is kept, in bytes: as much as quarantine keeps of a record. */
const KEPT = 64 * 1024
const LF = 0x0a

/** Splits bytes into lines of UTF-8, a list for each chunk; lines over `maxBytes` are cut, whatever their length. Blank lines are dropped. */
export async function* splitLines(stream: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<readonly Line[], void, void> {
  let parts: Buffer[] = []
  let size = 0
  const carry = (piece: Buffer): void => {
    size += piece.length
    if (size <= maxBytes) parts.push(piece)
    else if (parts.length > 0) parts = [Buffer.concat([...parts, piece]).subarray(0, KEPT)]
  }
  const finish = (lines: Line[]): void => {
    const cut = size > maxBytes
    const bytes = Buffer.concat(parts)
    const text = (cut ? bytes.subarray(0, KEPT) : bytes).toString('utf8')
    parts = []
    size = 0
    if (cut || text.trim() !== '') lines.push({ text, cut })
  }
  for await (const chunk of stream) {
    const lines: Line[] = []
    let from = 0
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, from)) {
      carry(chunk.subarray(from, at))
      finish(lines)
      from = at + 1
    }
    if (from < chunk.length) carry(chunk.subarray(from))
    if (lines.length > 0) yield lines
  }
  const last: Line[] = []
  if (size > 0) finish(last)
  if (last.length > 0) yield last
}
