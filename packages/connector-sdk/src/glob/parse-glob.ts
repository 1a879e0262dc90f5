import type { Piece } from './automaton.js'

export interface GlobSyntax {
  /** Wildcards at the start of a name also match names that begin with a dot. Default false. */
  readonly dot?: boolean
  /** Treats a slash like any other character: for names instead of paths. Default false. */
  readonly flat?: boolean
  /** Enables `{a,b}`. Default true. */
  readonly braces?: boolean
  /** `dir/**` also matches `dir` itself. Default false. */
  readonly withFolder?: boolean
}

/** The most values a range such as `{1..9}` expands to; a longer one is literal. */
const MAX_RANGE = 1_000
/** Braces nested deeper are literal. */
const MAX_DEPTH = 20

/**
 * Parses a glob into pieces: `*`, `**`, `?`, `[a-z]`, `[!a-z]`, `{a,b}`, `{1..9}`, and `\` to escape a
 * character. Whatever is left unclosed is literal.
 */
export const parseGlob = (pattern: string, syntax: GlobSyntax): readonly Piece[] => {
  const chars = Array.from(pattern.replace(/^(?:\.\/)+/, ''))
  return parse(chars, { ...syntax, depth: 0 })
}

interface Context extends GlobSyntax {
  readonly depth: number
}

const parse = (chars: readonly string[], context: Context): Piece[] => {
  const pieces: Piece[] = []
  for (let at = 0; at < chars.length; ) at = takePiece(chars, at, { context, pieces })
  return pieces
}

/** Parses one piece and returns where the next one begins. */
const takePiece = (chars: readonly string[], at: number, { context, pieces }: { readonly context: Context; readonly pieces: Piece[] }): number => {
  const char = chars[at] ?? ''
  if (char === '\\' && at + 1 < chars.length) {
    pieces.push({ kind: 'char', char: chars[at + 1] ?? '' })
    return at + 2
  }
  if (char === '*') return takeStars(chars, at, { context, pieces })
  if (char === '?') {
    pieces.push(wildcard(context, false))
    return at + 1
  }
  if (char === '[') {
    const end = endOfClass(chars, at)
    if (end > 0) {
      pieces.push({ kind: 'test', test: parseClass(chars.slice(at + 1, end), context), repeated: false })
      return end + 1
    }
  }
  if (char === '{' && context.braces !== false && context.depth < MAX_DEPTH) {
    const end = endOfBraces(chars, at)
    const branches = end > 0 ? parseBraces(chars.slice(at + 1, end), context) : null
    if (branches !== null) {
      pieces.push({ kind: 'either', branches })
      return end + 1
    }
  }
  pieces.push({ kind: 'char', char })
  return at + 1
}

const takeStars = (chars: readonly string[], at: number, { context, pieces }: { readonly context: Context; readonly pieces: Piece[] }): number => {
  let end = at
  while (chars[end] === '*') end++
  const begins = at === 0 || chars[at - 1] === '/'
  const ends = end === chars.length || chars[end] === '/'
  if (context.flat !== true && end - at > 1 && begins && ends) return takeFolders(chars, { at, end }, { context, pieces })
  // A name is never empty.
  if (begins && ends && context.flat !== true) pieces.push(wildcard(context, false))
  pieces.push(wildcard(context, true))
  return end
}

/** `**` between slashes: any number of folders, including none. */
const takeFolders = (
  chars: readonly string[],
  { at, end }: { readonly at: number; readonly end: number },
  { context, pieces }: { readonly context: Context; readonly pieces: Piece[] },
): number => {
  const deep: Piece = { kind: 'test', test: (char, begins) => context.dot === true || !begins || char !== '.', repeated: true }
  if (end < chars.length) {
    pieces.push({ kind: 'either', branches: [[], [deep, { kind: 'char', char: '/' }]] })
    return end + 1
  }
  const slash = pieces.at(-1)
  if (context.withFolder === true && at > 0 && slash?.kind === 'char') {
    pieces.pop()
    pieces.push({ kind: 'either', branches: [[], [slash, deep]] })
  } else pieces.push(deep)
  return end
}

const wildcard = ({ dot, flat }: Context, repeated: boolean): Piece => ({
  kind: 'test',
  test: (char, begins) => flat === true || (char !== '/' && (dot === true || !begins || char !== '.')),
  repeated,
})

/** The index of the bracket that closes a class; -1 if there is none. A bracket in first position is part of the class. */
const endOfClass = (chars: readonly string[], at: number): number => {
  let from = at + 1
  if (chars[from] === '!' || chars[from] === '^') from++
  if (chars[from] === ']') from++
  for (let end = from; end < chars.length; end++) {
    if (chars[end] === '\\') end++
    else if (chars[end] === ']') return end
  }
  return -1
}

const parseClass = (inside: readonly string[], { dot, flat }: Context): ((char: string, begins: boolean) => boolean) => {
  const negated = inside[0] === '!' || inside[0] === '^'
  const ranges: (readonly [string, string])[] = []
  const literals = inside.slice(negated ? 1 : 0).flatMap((char, at, all) => (char === '\\' && at + 1 < all.length ? [] : [char]))
  for (let at = 0; at < literals.length; at++) {
    const low = literals[at] ?? ''
    const high = literals[at + 2]
    if (literals[at + 1] === '-' && high !== undefined) {
      ranges.push([low, high])
      at += 2
    } else ranges.push([low, low])
  }
  const holds = (char: string): boolean => ranges.some(([low, high]) => codeOf(char) >= codeOf(low) && codeOf(char) <= codeOf(high))
  return (char, begins) => {
    if (flat !== true && char === '/') return false
    // A class that lists the dot matches it.
    if (negated && flat !== true && dot !== true && begins && char === '.') return false
    return holds(char) !== negated
  }
}

const codeOf = (char: string): number => char.codePointAt(0) ?? 0

/** The index of the brace that closes an open one; -1 if there is none. */
const endOfBraces = (chars: readonly string[], at: number): number => {
  let depth = 0
  for (let end = at; end < chars.length; end++) {
    if (chars[end] === '\\') end++
    else if (chars[end] === '{') depth++
    else if (chars[end] === '}' && --depth === 0) return end
  }
  return -1
}

/** Returns null when the braces are literal, as in `{a}`. */
const parseBraces = (inside: readonly string[], context: Context): readonly (readonly Piece[])[] | null => {
  const parts = splitAtCommas(inside)
  const inner = { ...context, depth: context.depth + 1 }
  if (parts.length > 1) return parts.map((part) => parse(part, inner))
  return expandRange(inside.join(''))?.map((value) => Array.from(value).map((char) => ({ kind: 'char', char }) as const)) ?? null
}

const splitAtCommas = (inside: readonly string[]): readonly (readonly string[])[] => {
  const parts: string[][] = [[]]
  let depth = 0
  for (let at = 0; at < inside.length; at++) {
    const char = inside[at] ?? ''
    if (char === '{') depth++
    if (char === '}') depth--
    if (char === ',' && depth === 0) {
      parts.push([])
      continue
    }
    parts.at(-1)?.push(char)
    if (char === '\\' && at + 1 < inside.length) parts.at(-1)?.push(inside[++at] ?? '')
  }
  return parts
}

const expandRange = (text: string): readonly string[] | null => {
  const numbers = /^(-?\d{1,9})\.\.(-?\d{1,9})$/.exec(text)
  const letters = /^([A-Za-z])\.\.([A-Za-z])$/.exec(text)
  const [, from = '', to = ''] = numbers ?? letters ?? []
  if (numbers === null && letters === null) return null
  const [low, high] = [numbers === null ? codeOf(from) : Number(from), numbers === null ? codeOf(to) : Number(to)].toSorted((a, b) => a - b)
  if (low === undefined || high === undefined || high - low >= MAX_RANGE) return null
  return Array.from({ length: high - low + 1 }, (_, index) => (numbers === null ? String.fromCodePoint(low + index) : String(low + index)))
}
