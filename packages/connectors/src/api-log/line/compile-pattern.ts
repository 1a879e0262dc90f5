/** One step of a compiled format: fixed text, or a value that extends to the next fixed text. */
type Piece = { readonly literal: string } | { readonly variable: string }

/**
 * Extracts the values of a line in the order of the variables; null when the line does not match.
 * Linear in the length of the line, whatever it contains.
 */
export interface Pattern {
  readonly variables: readonly string[]
  scan(line: string): readonly string[] | null
}

/** Variables that nginx fills with lists. */
const LIST = /^upstream_|x_forwarded_for$/
const VARIABLE = /\$(?:\{([A-Za-z_][A-Za-z0-9_]{0,99})\}|([A-Za-z_][A-Za-z0-9_]{0,99}))/g

/**
 * Compiles a format as in nginx's log_format. With `open`, whatever follows the last piece is ignored. It uses no
 * regular expression, so no line can make it slow. Throws RangeError for two variables without text between them.
 */
export const compilePattern = (format: string, { open }: { readonly open: boolean }): Pattern => {
  const pieces = toPieces(format)
  const variables = pieces.flatMap((piece) => ('variable' in piece ? [piece.variable] : []))
  if (variables.length === 0) throw new RangeError('the pattern names no variable')
  for (let index = 1; index < pieces.length; index++) {
    if ('variable' in (pieces[index] as Piece) && 'variable' in (pieces[index - 1] as Piece))
      throw new RangeError(`$${variables[0]} … two variables stand without text between them`)
  }
  const lead = pieces[0] !== undefined && 'literal' in pieces[0] ? pieces[0].literal : ''
  const ends = pieces.flatMap((piece, index) => {
    if (!('variable' in piece)) return []
    const next = pieces[index + 1]
    const end = next !== undefined && 'literal' in next ? next.literal : ''
    return [{ end, list: LIST.test(piece.variable) && end.startsWith(' ') }]
  })
  const scan = (line: string): readonly string[] | null => {
    if (!line.startsWith(lead)) return null
    let at = lead.length
    const values: string[] = []
    for (const { end, list } of ends) {
      if (end === '') {
        values.push(line.slice(at))
        at = line.length
      } else {
        const to = list ? findListEnd(line, end, at) : findEnd(line, end, at)
        if (to < 0) return null
        values.push(line.slice(at, to))
        at = to + end.length
      }
    }
    return open || at === line.length ? values : null
  }
  return { variables, scan }
}

const toPieces = (format: string): readonly Piece[] => {
  const pieces: Piece[] = []
  let from = 0
  for (const match of format.matchAll(VARIABLE)) {
    if (match.index > from) pieces.push({ literal: format.slice(from, match.index) })
    pieces.push({ variable: (match[1] ?? match[2]) as string })
    from = match.index + match[0].length
  }
  if (from < format.length) pieces.push({ literal: format.slice(from) })
  return pieces
}

/** Lists of addresses contain spaces: `10.0.0.1:80, 10.0.0.2:80`. */
const findListEnd = (line: string, end: string, from: number): number => {
  let at = line.indexOf(end, from)
  while (at > from && line[at - 1] === ',') at = line.indexOf(end, at + 1)
  return at
}

/** A quote after a backslash is part of the value, as Apache writes it. */
const findEnd = (line: string, end: string, from: number): number => {
  let at = line.indexOf(end, from)
  if (!end.startsWith('"')) return at
  while (at > from && line[at - 1] === '\\') {
    let slashes = 1
    while (at - slashes > from && line[at - slashes - 1] === '\\') slashes++
    if (slashes % 2 === 0) return at
    at = line.indexOf(end, at + 1)
  }
  return at
}
