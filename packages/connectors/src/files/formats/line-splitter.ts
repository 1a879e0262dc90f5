export type Line = { readonly line: number; readonly text: string } | { readonly line: number; readonly tooLong: true; readonly raw: string }

/** Splits text given in pieces into lines, without their ends. A line over the limit is dropped while it streams and reported once. */
export const createLineSplitter = (maxChars: number): { push(text: string): Line[]; end(): Line[] } => {
  let rest = ''
  let line = 1
  let skipping = false

  const take = (text: string, lines: Line[]): void => {
    const plain = text.endsWith('\r') ? text.slice(0, -1) : text
    if (plain.length > maxChars) lines.push({ line, tooLong: true, raw: plain.slice(0, 2000) })
    else lines.push({ line, text: plain })
  }

  const push = (text: string): Line[] => {
    const lines: Line[] = []
    let position = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', position)) {
      if (skipping) skipping = false
      else take(rest + text.slice(position, end), lines)
      rest = ''
      line++
      position = end + 1
    }
    if (!skipping) rest += text.slice(position)
    if (rest.length > maxChars + 1) {
      lines.push({ line, tooLong: true, raw: rest.slice(0, 2000) })
      rest = ''
      skipping = true
    }
    return lines
  }

  const end = (): Line[] => {
    const lines: Line[] = []
    if (rest !== '') take(rest, lines)
    rest = ''
    return lines
  }

  return { push, end }
}
