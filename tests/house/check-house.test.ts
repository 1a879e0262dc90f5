import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

const HOME = path.resolve(import.meta.dirname, '../..')
const ERRORS = 'packages/domain/src/errors'
let root = ''

/** Runs the command; starting a process for each of many small trees would take a minute. */
const run = async (...flags: string[]): Promise<{ code: number; problems: string[] }> => {
  const running = promisify(execFile)(process.execPath, [path.join(HOME, 'scripts/check-house.mjs'), '--root', root, ...flags])
  const result = await running.catch((error: { code: number; stdout: string; stderr: string }) => error)
  return { code: 'code' in result ? result.code : 0, problems: result.stderr.split('\n').filter((line) => line !== '') }
}

const plant = (file: string, text: string): void => {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  writeFileSync(path.join(root, file), text)
}

const manifest = (owner: string, name: string, dependencies: string[]): void =>
  plant(`${owner}/package.json`, JSON.stringify({ name, dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, '*'])) }))

// Not a literal, or the types of the script would be asked for.
const script: string = '../../scripts/house/problems.mjs'
const house: { findProblems(root: string): Promise<{ problems: readonly string[] }> } = await import(script)
const check = async (): Promise<readonly string[]> => (await house.findProblems(root)).problems

let page = ''

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'inlet-house-'))
  cpSync(path.join(HOME, ERRORS), path.join(root, ERRORS), { recursive: true })
  mkdirSync(path.join(root, 'docs'))
  await run('--write-errors')
  page = readFileSync(path.join(root, 'docs/errors.md'), 'utf8')
})

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

beforeEach(() => {
  rmSync(root, { recursive: true, force: true })
  cpSync(path.join(HOME, ERRORS), path.join(root, ERRORS), { recursive: true })
  plant('package.json', '{"type":"module"}')
  manifest('packages/domain', '@inlet/domain', ['zod'])
  manifest('packages/db', '@inlet/db', ['@inlet/domain', '@inlet/runtime', '@inlet/queue', 'pg', 'bullmq'])
  manifest('packages/queue', '@inlet/queue', ['@inlet/db', 'bullmq', 'pg', '@prisma/client'])
  manifest('packages/connectors', '@inlet/connectors', ['@inlet/connector-sdk', '@inlet/db', 'pg'])
  manifest('apps/api', '@inlet/api', ['@inlet/db', '@inlet/worker', '@inlet/testing', '@bull-board/api', 'ioredis', 'express'])
  manifest('apps/worker', '@inlet/worker', ['@bull-board/api'])
  plant('docs/errors.md', page)
})

describe('check-house', () => {
  it('passes a tree that keeps the rules', async () => {
    plant('packages/db/src/audit/a.ts', "// SQL: an advisory lock.\nawait client.query('SELECT 1')\n")
    plant('packages/db/src/client.ts', "import pg from 'pg'\nimport type { Reason } from '@inlet/domain'\nimport fs from 'node:fs'\n")
    plant('packages/connectors/src/index.ts', "export { a } from './web/index.js'\nexport { b } from './postgres/index.js'\n")
    plant('packages/connectors/src/parsing/html/read-html.ts', 'export const read = 1\n')
    plant('packages/connectors/src/web/page.ts', "import { read } from '../parsing/html/read-html.js'\n")
    plant('packages/connectors/src/web/index.ts', "// import x from './postgres'\nexport const a = '*/*; process'\n")
    plant('packages/connectors/src/postgres/index.ts', "import pg from 'pg'\nimport { Failure } from '@inlet/connector-sdk'\nexport const b = pg\n")
    plant('packages/connectors/src/web/web.test.ts', "import { until } from '@inlet/testing'\nimport pg from 'pg'\nprocess.env['X']\n")
    plant('packages/connectors/src/web/fixtures/fixture.ts', "import { fixture } from '@inlet/connector-sdk/testing'\n")
    plant('apps/api/src/main.ts', "import { open } from '@inlet/db'\nprocess.env['PORT']\n")
    plant('apps/api/src/board.ts', "import { createBullBoard } from '@bull-board/api'\n")
    expect(await check()).toEqual([])
  })

  it('exits with 1 and says why if there are any', async () => {
    plant('packages/db/src/utils.ts', '')
    expect(await run()).toEqual({ code: 1, problems: await check() })
  })

  it.each([
    ['a package that may not', 'packages/db/src/a.ts', "import { q } from '@inlet/queue'", 'packages/db may not import @inlet/queue'],
    ['a type of a package that may not', 'packages/db/src/a.ts', "import type {\n  Q,\n} from '@inlet/queue'", 'may not import @inlet/queue'],
    ['a re-export', 'packages/db/src/a.ts', "export { q } from '@inlet/queue'", 'may not import @inlet/queue'],
    ['a dynamic import', 'packages/db/src/a.ts', "const q = await import('@inlet/queue')", 'may not import @inlet/queue'],
    ['a connector that imports the database', 'packages/connectors/src/web/a.ts', "import { d } from '@inlet/db'", 'may not import @inlet/db'],
    [
      'a connector that imports another',
      'packages/connectors/src/web/a.ts',
      "import { d } from '../postgres/index.js'",
      'imports the connector postgres',
    ],
    ['parsing that imports a connector', 'packages/connectors/src/parsing/a.ts', "import { d } from '../web/index.js'", 'imports the connector web'],
    ['an app that imports an app', 'apps/api/src/a.ts', "import { w } from '@inlet/worker'", 'apps never import each other'],
    ['product code that imports test tools', 'apps/api/src/a.ts', "import { w } from '@inlet/testing'", 'for tests only'],
    ['product code that imports a fixture', 'packages/connectors/src/web/a.ts', "import { fixture } from './fixtures/fixture.js'", 'for tests only'],
    ['a path into another package', 'apps/api/src/a.ts', "import { w } from '../../worker/src/x.js'", 'reaches into another package'],
    ['a package without a stand', 'packages/novel/src/a.ts', "import { w } from '@inlet/db'", 'packages/novel is not in the import law'],
    ['pg elsewhere', 'packages/queue/src/a.ts', "import pg from 'pg'", 'imports pg, which only packages/db/src'],
    ['pg in another connector', 'packages/connectors/src/web/a.ts', "import pg from 'pg'", 'imports pg, which only packages/db/src'],
    ['Prisma elsewhere', 'packages/queue/src/a.ts', "import { P } from '@prisma/client'", 'imports @prisma/client, which only'],
    ['BullMQ elsewhere', 'packages/db/src/a.ts', "import { Queue } from 'bullmq'", 'imports bullmq, which only packages/queue/src may'],
    ['ioredis elsewhere', 'apps/api/src/a.ts', "import Redis from 'ioredis'", 'imports ioredis, which only packages/queue/src may'],
    ['Bull Board elsewhere', 'apps/worker/src/a.ts', "import b from '@bull-board/api'", 'imports @bull-board/api, which only apps/api/src may'],
    [
      'an undeclared library',
      'packages/domain/src/a.ts',
      "import x from 'lodash/get'",
      'imports lodash, which packages/domain/package.json does not list',
    ],
    ['export *', 'packages/db/src/index.ts', "export * from './a.js'", 'export * hides'],
    ['export * as', 'packages/db/src/index.ts', "export * as a from './a.js'", 'export * hides'],
    ['process.env', 'apps/api/src/config.ts', "const port = process.env['PORT']", 'only apps/*/src/main.ts read the environment'],
    ['process.env in a package', 'packages/db/src/a.ts', 'const { X } = process . env', 'only apps/*/src/main.ts read the environment'],
    ['env of node:process', 'packages/db/src/a.ts', "import { env } from 'node:process'", 'only apps/*/src/main.ts read the environment'],
    ['a web stream that throws when it is cancelled', 'apps/cli/src/a.ts', 'const body = Readable.toWeb(stream)', 'iterate the stream itself'],
    ['a check of URLs that Node 20 gets wrong', 'packages/domain/src/a.ts', 'const ok = URL.canParse(text)', 'use isUrl of @inlet/domain'],
    ['a redirect that makes fetch forget its signal', 'apps/cli/src/a.ts', "await fetch(url, { redirect: 'error' })", 'forgets its signal'],
    [
      'a timeout that Node 20 may forget',
      'apps/worker/src/a.ts',
      'const both = AbortSignal.any([signal, AbortSignal.timeout(5)])',
      'use timeoutSignal of',
    ],
    ['a matcher that can take for ever', 'packages/connectors/src/file/a.ts', "import picomatch from 'picomatch'", 'use compileGlob'],
    ['a matcher of Node', 'apps/api/src/a.ts', "import path from 'node:path'\nconst ok = path.matchesGlob(a, b)", 'use compileGlob'],
    [
      'a regular expression made at run time',
      'packages/connectors/src/web/a.ts',
      'const found = new RegExp(config.pattern)',
      'makes a regular expression',
    ],
    [
      'an event by SQL',
      'packages/db/src/a.ts',
      'await client.query(`\n  INSERT\n  INTO events (type) VALUES ($1)`)',
      'adds rows to events, which only',
    ],
    ['an event through Prisma', 'packages/db/src/a.ts', 'await tx.prisma.event\n  .createMany({ data })', 'adds rows to events, which only'],
    ['an audit row by SQL', 'packages/db/src/a.ts', "await client.query('insert into audit (actor) VALUES ($1)')", 'adds rows to audit, which only'],
    ['an audit row through Prisma', 'apps/api/src/a.ts', 'await prisma.auditEntry.create({ data })', 'adds rows to audit, which only'],
    ['SQL without a reason', 'packages/db/src/audit/a.ts', "await client.query('SELECT 1')", 'does not say why Prisma cannot do it'],
    ['a file of no name', 'packages/db/src/utils.ts', '', "'utils' says nothing"],
    ['a folder of no name', 'packages/db/src/helpers/page.ts', '', "'helpers' says nothing"],
    ['a word the field does not say, in a name', 'packages/db/src/file-bed.ts', '', "'bed' is not a word of the field; say fixture"],
    ['such a word in an identifier', 'packages/db/src/a.ts', '\nconst fileBed = 1', "'Bed' in line 2 is not a word"],
    ['such a word in the docs', 'docs/a.md', 'The test bed.', "'bed' in line 1 is not a word"],
    ['a test of no name', 'packages/db/src/common.int.test.ts', '', "'common' says nothing"],
  ])('finds %s', async (_, file, text, problem) => {
    plant(file, text)
    const found = (await check()).join('\n')
    expect(found).toContain(`${file}: `)
    expect(found).toContain(problem)
  })

  it('finds a circle of packages', async () => {
    plant('packages/db/src/a.ts', "import '@inlet/queue'")
    plant('packages/queue/src/a.ts', "import '@inlet/db'")
    expect((await check()).join('\n')).toContain('packages import each other in a circle: db → queue → db')
  })

  it('finds a circle of files, also where only types are imported', async () => {
    plant('packages/db/src/a.ts', "import {\n  type B,\n} from './inner/b.js'\nexport type A = B")
    plant('packages/db/src/inner/b.tsx', "import type { C } from '../c.js'\nexport type B = C")
    plant('packages/db/src/c.ts', "export type { A as C } from './a.js'")
    const circle = ['a.ts', 'inner/b.tsx', 'c.ts', 'a.ts'].map((file) => `packages/db/src/${file}`)
    expect(await check()).toEqual([`files import each other in a circle: ${circle.join(' → ')}`])
  })

  it('finds a reason that the page lacks, and a row that the code lacks', async () => {
    const lines = page.split('\n')
    plant(
      'docs/errors.md',
      lines
        .filter((line) => !line.startsWith('| `DNS_FAILED`'))
        .join('\n')
        .replace('| `TIMEOUT` | `transient` | 503 |', '| `TIMEOUT` | `transient` | 500 |'),
    )
    const problems = await check()
    expect(problems.map((line) => line.slice(0, 48))).toEqual([
      'docs/errors.md: lacks the row | `DNS_FAILED` | `',
      'docs/errors.md: lacks the row | `TIMEOUT` | `tra',
      'docs/errors.md: has a row that is not in the cod',
    ])
    await run('--write-errors')
    expect(await run()).toEqual({ code: 0, problems: [] })
  })
})
