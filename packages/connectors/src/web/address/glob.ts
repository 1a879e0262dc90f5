import { createAutomaton, type Piece } from '@inlet/connector-sdk'

/** A compiled glob; matching costs at most pattern length times text length, whatever they contain. */
export interface Glob {
  matches(url: string): boolean
}

/**
 * Compiles globs over URLs: `*` matches any characters but a slash, `**` any characters, everything else (even `?`) is
 * literal. A glob with `://` is compared with the whole URL, any other with path and query, after a missing leading slash is added;
 * a glob without `?` ignores the query.
 */
export const compileGlob = (pattern: string): Glob => {
  const whole = pattern.includes('://')
  const matches = createAutomaton(parse(whole || pattern.startsWith('/') || pattern.startsWith('*') ? pattern : `/${pattern}`))
  const withQuery = pattern.includes('?')
  return {
    matches(url) {
      const start = whole ? 0 : pathStart(url)
      const query = withQuery ? -1 : url.indexOf('?', start)
      return matches(url.slice(start, query < 0 ? undefined : query))
    },
  }
}

const pathStart = (url: string): number => Math.max(0, url.indexOf('/', url.indexOf('://') + 3))

const parse = (pattern: string): readonly Piece[] => {
  const pieces: Piece[] = []
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? ''
    if (char !== '*') pieces.push({ kind: 'char', char })
    else {
      let stars = 1
      while (pattern[i + 1] === '*') {
        stars++
        i++
      }
      pieces.push({ kind: 'test', test: stars > 1 ? () => true : (one) => one !== '/', repeated: true })
      // "/**/" also matches "/", and "/docs/**" matches "/docs/".
      if (stars > 1 && pattern[i + 1] === '/' && pattern[i - stars] === '/') i++
    }
  }
  return pieces
}
