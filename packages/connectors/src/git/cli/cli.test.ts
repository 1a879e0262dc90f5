import { expect, it } from 'vitest'
import { createCommitParser } from '../commits/commit-parser.js'
import { gitEnvironment } from './git-environment.js'
import { toGitFailure } from './git-failure.js'
import { MAX_TOKEN_BYTES, nulTokens } from './nul-tokens.js'
import { isRecentEnough } from './run-git.js'

it.each([
  ["fatal: could not read Username for 'https://x': terminal prompts disabled", 'AUTH_FAILED'],
  ["remote: no\nfatal: Authentication failed for 'https://x/'", 'AUTH_FAILED'],
  ["fatal: unable to access 'https://x/': The requested URL returned error: 403", 'PERMISSION_DENIED'],
  ["fatal: repository 'https://x/' not found", 'NOT_FOUND_UPSTREAM'],
  ["fatal: unable to access 'https://x/': Could not resolve host: x", 'DNS_FAILED'],
  ["fatal: unable to access 'https://x/': Failed to connect to x port 443", 'UNREACHABLE'],
  ["fatal: unable to access 'https://x/': SSL certificate problem: self-signed certificate", 'TLS_FAILED'],
  ["fatal: unable to access 'https://x/': The requested URL returned error: 301", 'TOO_MANY_REDIRECTS'],
  ["fatal: unable to access 'https://x/': The requested URL returned error: 429", 'RATE_LIMITED'],
  ["fatal: unable to access 'https://x/': The requested URL returned error: 502", 'UPSTREAM_ERROR'],
  ["fatal: couldn't find remote ref refs/heads/x", 'INVALID_REF'],
  ['error: RPC failed; curl 18 transfer closed\nfatal: early EOF', 'CONNECTION_LOST'],
  ['error: inflate: data stream error\nfatal: loose object 12 is corrupt', 'UPSTREAM_INVALID'],
  ['error: unable to write file x: No space left on device\nfatal: early EOF', 'DISK_FULL'],
  ['fatal: cannot mkdir /srv/x: Read-only file system', 'WORK_FOLDER_UNUSABLE'],
  ['fatal: unable to read tree: Stale file handle', 'FILES_UNAVAILABLE'],
  ["fatal: detected dubious ownership in repository at '/srv/x'", 'FILE_NOT_READABLE'],
  ['', 'UPSTREAM_INVALID'],
])('reads %j as %s', (stderr, reason) => {
  expect(toGitFailure(stderr, { workDir: '/' }).reason).toBe(reason)
})

it('repeats neither secrets nor what the remote says', () => {
  const { message } = toGitFailure("remote: you sent hunter22\nfatal: unable to access 'https://x/?hunter22': returned error: 403", {
    secrets: ['hunter22'],
    workDir: '/',
  })
  expect(message).not.toContain('hunter22')
})

it('names the folder that has no room, and how large its disk is', () => {
  const said = (complaint: string): string => toGitFailure(`error: unable to write file x: ${complaint}`, { workDir: '/' }).message
  expect(said('No space left on device')).toMatch(/work folder \/ on \S+ is full \(\d+ MiB in all\)/u)
  expect(said('Read-only file system')).toMatch(/work folder \/ on \S+ cannot be written/u)
})

it('recognizes the versions with address pinning', () => {
  expect(['git version 2.37.0', 'git version 2.39.5 (Apple Git-154)', 'git version 3.0.1'].map(isRecentEnough)).toEqual([true, true, true])
  expect(['git version 2.36.9', 'git version 1.9', ''].map(isRecentEnough)).toEqual([false, false, false])
})

it('passes git nothing of the environment of the worker, and secrets only as values', () => {
  const environment = gitEnvironment({ workDir: '/w', protocols: 'https', settings: [['http.extraHeader', 'Authorization: x']] })
  expect(environment).toMatchObject({ HOME: '/w', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', GIT_ALLOW_PROTOCOL: 'https' })
  expect(Object.keys(environment).filter((name) => !/^(PATH|HOME|TMPDIR|XDG_CONFIG_HOME|LC_ALL|TZ|GIT_.*)$/.test(name))).toEqual([])
  const last = Number(environment['GIT_CONFIG_COUNT']) - 1
  expect([environment[`GIT_CONFIG_KEY_${last}`], environment[`GIT_CONFIG_VALUE_${last}`]]).toEqual(['http.extraHeader', 'Authorization: x'])
})

const tokensOf = async (chunks: readonly Buffer[]): Promise<string[]> => {
  const found: string[] = []
  for await (const tokens of nulTokens(
    (async function* () {
      yield* chunks
    })(),
    'utf8',
  ))
    found.push(...tokens)
  return found
}

it('splits at NUL wherever the chunks are cut, even inside a character', async () => {
  const bytes = Buffer.from('one\0zwö\0\0drei\0end')
  for (let size = 1; size <= bytes.length; size++) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_unused, index) => bytes.subarray(index * size, (index + 1) * size))
    expect(await tokensOf(chunks)).toEqual(['one', 'zwö', '', 'drei', 'end'])
  }
})

it('cuts a token that has no end', async () => {
  const [cut, next] = await tokensOf([...Array.from({ length: 6 }, () => Buffer.alloc(1024 * 1024, 'x')), Buffer.from('\0next')])
  expect([cut?.length, next]).toEqual([MAX_TOKEN_BYTES, 'next'])
})

it('is not misled by messages that look like changes, and counts what it does not keep', () => {
  const id = (digit: string): string => digit.repeat(40)
  const fields = (sha: string, message: string): string[] => [sha, '', 'A', 'a@x', '1', 'A', 'a@x', '1', message, '']
  const many = Array.from({ length: 1200 }, (_unused, index) => [`${index === 0 ? '\n' : ''}:1 2 3 4 M`, `f${index}`]).flat()
  const parser = createCommitParser()
  const tokens = [
    ...fields(id('a'), ':100 M\n1\t2\tx'),
    ...fields(id('b'), 'b'),
    ...many,
    ...Array.from({ length: 1200 }, (_unused, index) => `2\t1\tf${index}`),
    ...fields(id('c'), 'c'),
  ]
  const commits = [...tokens.flatMap((token) => parser.push([token])), ...parser.end()]
  expect(commits.map(({ fields, files, paths, additions, deletions }) => [fields[0], files, paths.length, additions, deletions])).toEqual([
    [id('a'), 0, 0, 0, 0],
    [id('b'), 1200, 1000, 2400, 1200],
    [id('c'), 0, 0, 0, 0],
  ])
})
