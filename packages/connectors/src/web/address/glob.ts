/** A compiled glob; matching costs time in proportion to pattern times text, whatever either of them holds. */
export interface Glob {
  matches(url: string): boolean
}

type Token = { readonly kind: 'char'; readonly char: string } | { readonly kind: 'segment' | 'any' }

/**
 * Globs over addresses: `*` stands for any characters but a slash, `**` for any characters, all others (`?` too) for
 * themselves. With `://` inside it is compared with the whole address, else with path and query, where a missing leading slash is added;
 * a glob without `?` looks at the path alone.
 */
export const compileGlob = (pattern: string): Glob => {
  const whole = pattern.includes('://')
  const tokens = tokenize(whole || pattern.startsWith('/') || pattern.startsWith('*') ? pattern : `/${pattern}`)
  const withQuery = pattern.includes('?')
  return {
    matches(url) {
      const start = whole ? 0 : pathStart(url)
      const query = withQuery ? -1 : url.indexOf('?', start)
      return matchTokens(tokens, url.slice(start, query < 0 ? undefined : query))
    },
  }
}

const pathStart = (url: string): number => Math.max(0, url.indexOf('/', url.indexOf('://') + 3))

const tokenize = (pattern: string): Token[] => {
  const tokens: Token[] = []
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? ''
    if (char !== '*') tokens.push({ kind: 'char', char })
    else {
      let stars = 1
      while (pattern[i + 1] === '*') {
        stars++
        i++
      }
      // "/**/" also matches "/", and "/docs/**" matches "/docs/".
      tokens.push({ kind: stars > 1 ? 'any' : 'segment' })
      if (stars > 1 && pattern[i + 1] === '/' && pattern[i - stars] === '/') i++
    }
  }
  return tokens
}

/** Simulates the pattern as a non-deterministic automaton: one set of states per character. */
const matchTokens = (tokens: readonly Token[], text: string): boolean => {
  let states = new Set<number>()
  enter(tokens, 0, states)
  for (const char of text.split('')) {
    const next = new Set<number>()
    for (const state of states) {
      const token = tokens[state]
      if (token === undefined) continue
      if (token.kind === 'char') {
        if (token.char === char) enter(tokens, state + 1, next)
      } else if (token.kind === 'any' || char !== '/') enter(tokens, state, next)
    }
    if (next.size === 0) return false
    states = next
  }
  return states.has(tokens.length)
}

const enter = (tokens: readonly Token[], state: number, states: Set<number>): void => {
  let at = state
  states.add(at)
  while (tokens[at] !== undefined && tokens[at]?.kind !== 'char') states.add(++at)
}
