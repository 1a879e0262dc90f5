/** One entry of a payload, and its size in UTF-8. */
export interface PayloadLine {
  readonly line: string
  readonly bytes: number
}

/** Joins entries to the JSON array that a batch carries, one a line. As bytes: a text of a megabyte takes ten times as long to create. */
export const toPayload = (lines: readonly PayloadLine[]): Buffer => {
  // Each line is preceded by a bracket or followed by a comma and a line break, and the last one by a bracket.
  const payload = Buffer.allocUnsafeSlow(lines.reduce((sum, { bytes }) => sum + bytes + 2, lines.length === 0 ? 2 : 0))
  let at = payload.write('[')
  for (const [n, { line }] of lines.entries()) {
    if (n > 0) at += payload.write(',\n', at)
    at += payload.write(line, at)
  }
  payload.write(']', at)
  return payload
}
