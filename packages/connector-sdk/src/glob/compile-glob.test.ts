import { describe, expect, it } from 'vitest'
import { compileGlob, compileGlobs, type GlobOptions } from './compile-glob.js'

const matching = (pattern: string, texts: readonly string[], options?: GlobOptions): readonly string[] => texts.filter(compileGlob(pattern, options))

describe('a glob', () => {
  it.each<[pattern: string, hits: string[], misses: string[], options?: GlobOptions]>([
    ['a.b', ['a.b'], ['axb', 'a.bc', 'xa.b', '']],
    ['*', ['a', 'a.b'], ['', 'a/b', '.a']],
    ['*.md', ['a.md'], ['.a.md', 'a/b.md', 'a.md5']],
    ['*', ['.a', 'a'], ['a/b'], { dot: true }],
    ['.*', ['.a', '.env'], ['a']],
    ['a*', ['a', 'ab'], ['ba', 'a/b']],
    ['?', ['a', 'ü', '😀'], ['', 'ab', '/', '.']],
    ['**', ['a', 'a/b', ''], ['.a', 'a/.b']],
    ['**', ['.a', 'a/.b/c'], [], { dot: true }],
    ['**/x', ['x', 'a/x', 'a/b/x'], ['ax', 'a/.b/x', '.x/y']],
    ['a/**/z', ['a/z', 'a/b/z', 'a/b/c/z'], ['az', 'a/bz', 'b/z']],
    ['a/**', ['a/b', 'a/b/c'], ['a', 'ab', 'b/a']],
    ['a/**', ['a', 'a/b', 'a/b/c'], ['ab'], { withFolder: true }],
    ['a**b', ['ab', 'axb'], ['a/b']],
    ['a/*/c', ['a/b/c'], ['a/c', 'a//c', 'a/b/d/c']],
    ['[abc]1', ['a1', 'c1'], ['d1', 'A1', '1']],
    ['[a-c]', ['a', 'b', 'c'], ['d', '-']],
    ['[!a-c]', ['d', '-'], ['a', '/', '.']],
    ['[^a]', ['b'], ['a']],
    ['[]a]', [']', 'a'], ['b']],
    ['[a-]', ['a', '-'], ['b']],
    ['[a', ['[a'], ['a']],
    ['{a,b}.c', ['a.c', 'b.c'], ['c.c', '{a,b}.c']],
    ['{a,b/**}/z', ['a/z', 'b/x/z'], ['c/z']],
    ['x{,.bak}', ['x', 'x.bak'], ['x.']],
    ['{a,{b,c}d}', ['a', 'bd', 'cd'], ['b', 'c']],
    ['{a}', ['{a}'], ['a']],
    ['{a', ['{a'], ['a']],
    ['{1..3}', ['1', '3'], ['4', '0', '1..3']],
    ['{a,b}', ['{a,b}'], ['a'], { braces: false }],
    [String.raw`\*a\?`, ['*a?'], ['xa?', '*ab']],
    ['report (1|2)+!@^$.csv', ['report (1|2)+!@^$.csv'], ['report 1.csv']],
    ['!a', ['!a'], ['b']],
    ['!a', ['b', ''], ['a'], { negate: true }],
    ['!!a', ['a'], ['b'], { negate: true }],
    ['*', ['a/b', '.a', ''], [], { flat: true }],
    ['a?c', ['a/c', 'abc'], ['ac'], { flat: true }],
    ['./a', ['a'], ['./a']],
    ['', [''], ['a']],
  ])('%s', (pattern, hits, misses, options) => {
    expect(matching(pattern, [...hits, ...misses], options)).toEqual(hits)
  })

  it('is one of many', () => {
    const matches = compileGlobs(['a*', 'b?'])
    expect(['a', 'b', 'b1', 'c'].filter(matches)).toEqual(['a', 'b1'])
    expect(compileGlobs([])('a')).toBe(false)
  })

  it.each([
    ['stars', `${'*a'.repeat(400)}b`],
    ['folders', `${'**/'.repeat(300)}b`],
    ['folders and stars', `${'**/*a*/'.repeat(100)}b`],
    ['alternatives', `${'{a,aa,aaa}'.repeat(90)}b`],
    ['nested alternatives', `${'{a,'.repeat(19)}a${'}'.repeat(19)}*b`],
    ['classes', `${'[a-z]*'.repeat(160)}1`],
    ['brackets and braces that never close', '{[('.repeat(340)],
    ['negations', `${'!'.repeat(1_000)}a`],
    ['what is exponential for a regular expression', '+(+(+(+(+(a|a)+)+)+)+)b'],
  ])('costs no more for a pathological pattern: %s', (_name, pattern) => {
    // A matcher that backtracks would take longer than the age of the universe.
    const matches = compileGlob(pattern)
    for (const text of ['a'.repeat(2_000), 'a/'.repeat(1_000), `${'aa/'.repeat(600)}.`]) expect(matches(text)).toBe(false)
  })

  it('agrees with a reference matcher of a few lines on random globs', () => {
    let seed = 7
    const random = (count: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff
      return Math.floor((seed / 0x7fff_ffff) * count) % count
    }
    const make = (alphabet: readonly string[], length: number): string =>
      Array.from({ length: random(length) }, () => alphabet[random(alphabet.length)]).join('')
    const naive = (pattern: string, text: string): boolean => {
      if (pattern === '') return text === ''
      if (pattern[0] === '*') return naive(pattern.slice(1), text) || (text !== '' && naive(pattern, text.slice(1)))
      return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && naive(pattern.slice(1), text.slice(1))
    }
    for (let round = 0; round < 5_000; round++) {
      const [pattern, text] = [make(['a', 'b', '*', '?', '.'], 8), make(['a', 'b', '.', '/'], 8)]
      expect([pattern, text, compileGlob(pattern, { flat: true })(text)]).toEqual([pattern, text, naive(pattern, text)])
    }
  })
})
