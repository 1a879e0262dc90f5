/** Longer tokens are truncated, so that no message or path can fill the memory. */
export const MAX_TOKEN_BYTES = 4 * 1024 * 1024

/**
 * Splits a stream at NUL characters and yields a list of tokens for each chunk. A last token without NUL counts. Tokens over
 * 4 MiB are cut to exactly that many bytes.
 */
export async function* nulTokens(stream: AsyncIterable<Buffer>, encoding: 'utf8' | 'latin1'): AsyncGenerator<string[], void, void> {
  let parts: Buffer[] = []
  let carried = 0
  const carry = (chunk: Buffer): void => {
    const room = MAX_TOKEN_BYTES - carried
    if (room > 0) parts.push(chunk.subarray(0, room))
    carried += Math.min(room, chunk.length)
  }
  for await (const chunk of stream) {
    const first = chunk.indexOf(0)
    if (first === -1) {
      carry(chunk)
      continue
    }
    carry(chunk.subarray(0, first))
    const last = chunk.lastIndexOf(0)
    const tokens = [Buffer.concat(parts).toString(encoding)]
    if (last > first) for (const token of chunk.toString(encoding, first + 1, last).split('\0')) tokens.push(token)
    parts = []
    carried = 0
    carry(chunk.subarray(last + 1))
    yield tokens
  }
  if (carried > 0) yield [Buffer.concat(parts).toString(encoding)]
}
