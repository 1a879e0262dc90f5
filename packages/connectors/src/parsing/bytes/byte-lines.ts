export interface ByteLine {
  /** Start offset, counted from where reading began. */
  readonly offset: number
  /** Start offset of the next line. */
  readonly end: number
  /** Null for a line over the limit. */
  readonly bytes: Buffer | null
}

/** Splits bytes into complete lines; what follows the last line break stays for later. Holds at most one line, and none over the limit. */
export const createByteLines = (maxBytes: number): ((chunk: Buffer) => ByteLine[]) => {
  let parts: Buffer[] = []
  let bufferedBytes = 0
  let position = 0
  let start = 0
  return (chunk) => {
    const lines: ByteLine[] = []
    let from = 0
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      const length = bufferedBytes + at - from
      const bytes = length > maxBytes ? null : Buffer.concat([...parts, chunk.subarray(from, at)])
      const end = position + at + 1
      lines.push({ offset: start, end, bytes })
      parts = []
      bufferedBytes = 0
      start = end
      from = at + 1
    }
    position += chunk.length
    bufferedBytes += chunk.length - from
    if (bufferedBytes > maxBytes) parts = []
    else if (from < chunk.length) parts.push(chunk.subarray(from))
    return lines
  }
}
