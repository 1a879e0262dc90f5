import { describe, expect, it } from 'vitest'
import { createPathFilter } from '../files/read-files.js'
import { planSegments } from './cursor.js'
import { isRefName, parseGitUrl, repositoryName } from './git-url.js'

describe('parseGitUrl', () => {
  it.each([
    'ext::sh -c id',
    'ext::sh',
    '--upload-pack=touch /tmp/x',
    '-oProxyCommand=id',
    'file:///etc',
    '/etc/passwd',
    'ssh://git@example.org/x',
    'git@example.org:x/y.git',
    'git://example.org/x',
    'http::https://example.org/x',
    'https://-oProxyCommand=id/x',
    'https://example.org/x y',
    'https://example.org\\@evil.org/x',
    'https://example.org/x\r\nHost: evil',
    'https://example.org/x?service=y',
    'https://example.org/x#y',
    'https://',
    '',
  ])('refuses %j', (url) => {
    expect(() => parseGitUrl(url)).toThrow(expect.objectContaining({ reason: 'GIT_URL_NOT_ALLOWED' }))
  })

  it.each(['/tmp/repo', './repo', '../repo', '~/repo', 'file:///tmp/repo'])('points from the local folder %j to `path`', (url) => {
    expect(() => parseGitUrl(url)).toThrow(/`path`/)
  })

  it('refuses user information without repeating it', () => {
    expect(() => parseGitUrl('https://me:hunter22@example.org/x')).toThrow(expect.objectContaining({ reason: 'URL_CREDENTIALS_NOT_ALLOWED' }))
    expect(() => parseGitUrl('https://me:hunter22@example.org/x')).not.toThrow(/hunter22/)
  })

  it('returns the normal form', () => {
    expect(parseGitUrl('HTTPS://Example.ORG:443/a/../b.git').href).toBe('https://example.org/b.git')
  })
})

it('names a repository the same on every installation', () => {
  expect(repositoryName({ url: 'https://example.org/octo/hello.git/' })).toBe('example.org/octo/hello')
  expect(repositoryName({ path: '/srv/one/hello.git' })).toBe('hello')
  expect(repositoryName({ path: '/home/me/hello/.git' })).toBe('hello')
})

describe('isRefName', () => {
  it.each(['main', 'feature/x-1', 'v1.0.0', 'ünï', 'a@b', 'release-2024'])('accepts %s', (name) => {
    expect(isRefName(name)).toBe(true)
  })
  it.each([
    '',
    '-',
    '--help',
    '--upload-pack=x',
    'HEAD',
    '@',
    'a..b',
    'a b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[b',
    'a\\b',
    '/a',
    'a/',
    'a//b',
    '.a',
    'a/.b',
    'a.lock',
    'a.lock/b',
    'a.',
    'a@{1}',
    'a\nb',
    'a\x7f',
  ])('refuses %j', (name) => {
    expect(isRefName(name)).toBe(false)
  })
})

it('selects by globs, where a folder stands for everything below it', () => {
  const isSelected = createPathFilter({ include: ['src', '**/*.md'], exclude: ['src/generated/**'] })
  const paths = ['src/a.ts', 'src/deep/b.ts', 'src/generated/c.ts', 'README.md', 'docs/.hidden/x.md', 'lib/a.ts', 'srcs/a.ts']
  expect(paths.filter(isSelected)).toEqual(['src/a.ts', 'src/deep/b.ts', 'README.md', 'docs/.hidden/x.md'])
})

describe('planSegments', () => {
  const [a, b, c] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)]
  const plan = (cursor: object | null, gone: readonly string[] = []) =>
    planSegments({
      cursor: cursor === null ? null : { branch: 'main', query: 'q', head: a, ...cursor },
      head: c,
      query: 'q',
      exists: (id) => Promise.resolve(!gone.includes(id)),
    })

  it.each<[string, object | null, readonly string[], readonly object[]]>([
    ['everything at first', null, [], [{ base: null, head: c, position: 0 }]],
    ['what came since', {}, [], [{ base: a, head: c, position: 0 }]],
    ['nothing at the same head', { head: c }, [], []],
    ['everything when the old head is gone', {}, [a], [{ base: null, head: c, position: 0 }]],
    ['everything after a change of settings', { query: 'other' }, [], [{ base: null, head: c, position: 0 }]],
    [
      'the rest, then what came since',
      { head: b, base: a, position: 7 },
      [],
      [
        { base: a, head: b, position: 7 },
        { base: b, head: c, position: 0 },
      ],
    ],
    ['only the rest', { head: c, base: null, position: 7 }, [], [{ base: null, head: c, position: 7 }]],
    ['from the base when the interrupted head is gone', { head: b, base: a, position: 7 }, [b], [{ base: a, head: c, position: 0 }]],
    ['everything when both are gone', { head: b, base: a, position: 7 }, [a, b], [{ base: null, head: c, position: 0 }]],
  ])('reads %s', async (_name, cursor, gone, expected) => {
    expect(await plan(cursor, gone)).toEqual(expected)
  })
})
