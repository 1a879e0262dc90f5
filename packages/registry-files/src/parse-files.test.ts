import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FilesInvalid, formatProblem } from './file-places.js'
import { parseSourceFiles } from './parse-files.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'inlet-registry-'))
  writeFileSync(path.join(folder, 'token'), 'from-file\n')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const parse = (...texts: readonly string[]) =>
  parseSourceFiles(
    texts.map((text, index) => ({ file: path.join(folder, `${index + 1}.yaml`), text })),
    { DB_PASSWORD: 'from-env', EMPTY: '' },
  )

const problemsOf = (...texts: readonly string[]): readonly string[] => {
  try {
    parse(...texts)
    return []
  } catch (error) {
    if (!(error instanceof FilesInvalid)) throw error
    return error.problems.map((problem) => formatProblem({ ...problem, file: path.basename(problem.file) }))
  }
}

describe('parseSourceFiles', () => {
  it('reads several documents and files, with anchors, defaults and positions', () => {
    const filed = parse(
      'x-every: &hourly { cron: "0 * * * *" }\nsources:\n  b:\n    connector: rss\n    config: { url: https://b.test/feed }\n    schedule: *hourly\n---\n# nothing but a comment\n---\nsources:\n  a: { connector: web, name: Site A, paused: true, labels: { team: core } }\n',
      '{ "sources": { "c": { "connector": "api", "freshWithin": "2h" } } }',
    )
    expect(filed.map(({ definition }) => definition)).toEqual([
      { slug: 'a', name: 'Site A', connector: 'web', config: {}, labels: { team: 'core' }, paused: true },
      { slug: 'b', name: 'b', connector: 'rss', config: { url: 'https://b.test/feed' }, schedule: { cron: '0 * * * *', timeZone: 'UTC' } },
      { slug: 'c', name: 'c', connector: 'api', config: {}, freshWithin: '2h' },
    ])
    expect(filed[1]?.placeOf('config.url')).toMatchObject({ line: 5, column: 20 })
  })

  it('resolves secrets from environment and files, at any depth', () => {
    const [filed] = parse(
      'sources:\n  a:\n    connector: api\n    secrets:\n      password: { fromEnv: DB_PASSWORD }\n      headers: { X-Key: { fromFile: token } }\n',
    )
    expect(filed?.definition.secrets).toEqual({ password: 'from-env', headers: { 'X-Key': 'from-file' } })
  })

  it.each([
    ['text that is no YAML', 'sources:\n  a: [1, 2\n', /^1\.yaml:3:1: .*\]/],
    ['a name that comes twice', 'sources:\n  a: { connector: web }\n  a: { connector: web }\n', /^1\.yaml:3:3: Map keys must be unique/],
    ['a misspelt field', 'sources:\n  a:\n    conector: web\n', /^1\.yaml:3:5: unknown field "conector"; did you mean "connector"\?$/],
    ['a misspelt top', 'source:\n  a: { connector: web }\n', /^1\.yaml:1:1: unknown field "source"; did you mean "sources"\?$/],
    ['a missing connector', 'sources:\n  a:\n    name: A\n', /^1\.yaml:3:5: connector: is missing$/],
    ['a wrong type', 'sources:\n  a: { connector: web, config: 5 }\n', /^1\.yaml:2:32: config: /],
    ['a slug that cannot be', 'sources:\n  A_b: { connector: web }\n', /^1\.yaml:2:3: slug: a slug has/],
    ['a slug written twice', 'sources:\n  a: { slug: a, connector: web }\n', /^1\.yaml:2:8: the slug is the name/],
    [
      'a plain secret',
      'sources:\n  a:\n    connector: web\n    secrets:\n      token: hunter2\n',
      /^1\.yaml:5:14: a secret must not stand in a file: write \{ fromEnv/,
    ],
    [
      'a missing variable',
      'sources:\n  a: { connector: web, secrets: { t: { fromEnv: NOT_SET } } }\n',
      /^1\.yaml:2:38: the environment variable NOT_SET is not set$/,
    ],
    ['an empty variable', 'sources:\n  a: { connector: web, secrets: { t: { fromEnv: EMPTY } } }\n', /EMPTY is not set$/],
    ['a missing file', 'sources:\n  a: { connector: web, secrets: { t: { fromFile: nothing } } }\n', /nothing cannot be read \(ENOENT\)$/],
    ['a reference with more', 'sources:\n  a: { connector: web, secrets: { t: { fromEnv: A, default: b } } }\n', /fromEnv takes one name/],
    ['a number JSON cannot hold', 'sources:\n  a: { connector: web, config: { id: 9007199254740993 } }\n', /^1\.yaml:2:38: the number is too large/],
    ['a source called __proto__', 'sources:\n  __proto__: { connector: web }\n', /^1\.yaml:2:3: the name "__proto__" is not allowed$/],
    ['such a member further in', 'sources:\n  a: { connector: web, config: { b: [{ __proto__: 1 }] } }\n', /^1\.yaml:2:40: the name "__proto__"/],
    ['what is nested too deeply', `sources: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`, /^1\.yaml:1:\d{3}: this is nested too deeply$/],
    ['a list nested too deeply', `sources:\n  ${'- '.repeat(100_000)}1\n`, /^1\.yaml:2:\d{3}: this is nested too deeply$/],
    ['a map nested too deeply', `sources: ${'{a: '.repeat(100_000)}`, /nested too deeply$/],
    ['keys nested too deeply', `sources: ${'? '.repeat(100_000)}1`, /nested too deeply$/],
    ['a list of sources', 'sources:\n  - { connector: web }\n', /^1\.yaml:2:3: sources: must be an object$/],
    ['a label that is not text', 'sources:\n  a: { connector: web, labels: { b: 5 } }\n', /labels\.b: must be text$/],
    ['a list', '- connector: web\n', /^1\.yaml:1:1: /],
    ['an endless alias', 'sources: &a\n  b: *a\n', /^1\.yaml:/],
  ])('says where %s is', (_what, text, expected) => {
    const problems = problemsOf(text)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(expected)
    expect(problems.join()).not.toContain('hunter2')
  })

  it('reports where a slug or name of another file is repeated, and all problems at once', () => {
    expect(
      problemsOf(
        'sources:\n  a: { connector: web }\n',
        'sources:\n  a: { connector: web }\n  b: { connector: web, name: A }\n  c: { conector: x }\n',
      ),
    ).toEqual([
      expect.stringMatching(/^2\.yaml:2:3: the source a is defined at .*1\.yaml:2 already$/),
      expect.stringMatching(/^2\.yaml:3:30: the source a at .*1\.yaml:2 has the name "A" already$/),
      expect.stringMatching(/^2\.yaml:4:8: unknown field/),
    ])
  })
})
