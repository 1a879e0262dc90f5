/** Complete lines, or a piece of a line that is too long to be held. */
export type Block =
  | { readonly kind: 'lines'; readonly bytes: Buffer; readonly offset: number }
  /** `ends`: the line began at `start` and ends with these bytes. */
  | { readonly kind: 'overlong'; readonly bytes: Buffer; readonly start: number; readonly ends: boolean }

/** Splits bytes given in pieces into blocks of whole lines. Holds at most one line, and none over the limit. */
export interface LineBlocks {
  push(chunk: Buffer): readonly Block[]
  /** Returns what follows the last line break. */
  rest(): { readonly bytes: Buffer; readonly offset: number }
}

export const createLineBlocks = (offset: number, maxLineBytes: number): LineBlocks => {
  let buffered: Buffer[] = []
  let bufferedBytes = 0
  let position = offset
  let overlongFrom: number | null = null

  const buffer = (bytes: Buffer): void => {
    if (bytes.length === 0) return
    buffered.push(bytes)
    bufferedBytes += bytes.length
  }
  const release = (last: Buffer): Buffer => {
    const bytes = buffered.length === 0 ? last : Buffer.concat([...buffered, last])
    buffered = []
    bufferedBytes = 0
    return bytes
  }
  const push = (chunk: Buffer): readonly Block[] => {
    const blocks: Block[] = []
    let body = chunk
    if (overlongFrom !== null) {
      const end = body.indexOf(10)
      const piece = end === -1 ? body : body.subarray(0, end + 1)
      blocks.push({ kind: 'overlong', bytes: piece, start: overlongFrom, ends: end !== -1 })
      position += piece.length
      if (end === -1) return blocks
      overlongFrom = null
      body = body.subarray(end + 1)
    }
    const last = body.lastIndexOf(10)
    if (last !== -1) {
      const bytes = release(body.subarray(0, last + 1))
      blocks.push({ kind: 'lines', bytes, offset: position })
      position += bytes.length
    }
    buffer(body.subarray(last + 1))
    if (bufferedBytes > maxLineBytes) {
      overlongFrom = position
      const bytes = release(Buffer.alloc(0))
      blocks.push({ kind: 'overlong', bytes, start: position, ends: false })
      position += bytes.length
    }
    return blocks
  }
  return { push, rest: () => ({ bytes: Buffer.concat(buffered), offset: position }) }
}
