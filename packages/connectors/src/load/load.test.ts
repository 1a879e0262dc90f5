import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entryOf } from './find-package.js'
import { openRegistry } from './open-registry.js'

const MODULES = fileURLToPath(new URL('../../../../node_modules', import.meta.url))

/** A connector without an import, as text; zod comes from `zod`. */
const code = (changes: string, zod = "import { z } from 'zod'"): string => `${zod}
export default { ...{
  sdk: 1, type: 'acme', version: '1.2.3', title: 'Acme', description: 'Reads Acme.',
  configSchema: z.strictObject({ url: z.string().describe('Address.') }), secretSchema: z.strictObject({}),
  connect: async () => ({}), check: async () => {}, streams: async () => [], async *read() {},
}, ...{ ${changes} } }
`

describe('connectors from packages', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'inlet-connectors-'))
    symlinkSync(MODULES, path.join(folder, 'node_modules'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  let made = 0
  const write = (files: Readonly<Record<string, string>>): string => {
    made += 1
    mkdirSync(path.join(folder, `p${made}`))
    for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, `p${made}`, file), text)
    return `./p${made}`
  }
  const pack = (index: string, manifest: object = {}): string =>
    write({ 'package.json': JSON.stringify({ name: 'acme', version: '0.3.0', type: 'module', ...manifest }), 'index.js': index })
  const problemsOf = async (...packages: readonly string[]): Promise<readonly string[]> => (await openRegistry(packages, folder)).problems

  it('are added to those that come with Inlet', async () => {
    const { registry, problems } = await openRegistry([pack(code(''))], folder)
    expect(problems).toEqual([])
    expect(registry.find('acme')).toMatchObject({ version: '1.2.3' })
    expect(registry.find('file')).toBeDefined()
    expect(registry.all.filter((one) => one.package !== null)).toMatchObject([
      { connector: { type: 'acme' }, package: { name: 'acme', version: '0.3.0' } },
    ])
  })

  it('may bring a zod of their own', async () => {
    const named = pack(code(''))
    cpSync(path.join(MODULES, 'zod'), path.join(folder, named, 'node_modules/zod'), {
      recursive: true,
      filter: (file) => !/\.(d\.c?ts|ts|md)$/.test(file),
    })
    expect(await problemsOf(named)).toEqual([])
  })

  it('are found by their name in node_modules', async () => {
    const home = path.join(folder, 'elsewhere')
    mkdirSync(path.join(home, 'node_modules/@acme/notes/lib'), { recursive: true })
    const manifest = { name: '@acme/notes', type: 'module', exports: { '.': { types: './x.d.ts', import: './lib/main.js' } } }
    writeFileSync(path.join(home, 'node_modules/@acme/notes/package.json'), JSON.stringify(manifest))
    writeFileSync(path.join(home, 'node_modules/@acme/notes/lib/main.js'), code('', `import { z } from '${MODULES}/zod/index.js'`))
    mkdirSync(path.join(home, 'deep'))
    expect((await openRegistry(['@acme/notes'], path.join(home, 'deep'))).registry.find('acme')).toBeDefined()
  })

  it.each<[string, () => string, RegExp]>([
    ['a package that is not installed', () => 'inlet-connector-none', /it is not installed; npm install inlet-connector-none/],
    ['a folder that is not there', () => './none', /there is no folder .*none/],
    ['something else', () => 'https://example.com/x', /neither the name of a package nor a folder/],
    ['no package.json', () => write({ 'index.js': code('') }), /has no package.json/],
    ['a broken package.json', () => write({ 'package.json': '{' }), /package.json is not JSON/],
    ['nothing built', () => pack(code(''), { exports: './dist/index.js' }), /entry .*dist\/index\.js does not exist; build it/],
    ['TypeScript', () => pack(code(''), { exports: './src/index.ts' }), /is TypeScript; build it/],
    ['code that throws', () => pack("throw new Error('no license')"), /cannot be loaded: no license/],
    ['an import that is missing', () => pack("import 'inlet-none'"), /cannot be loaded: .*inlet-none/],
    ['no default export', () => pack('export const connector = {}'), /has no default export/],
    ['another default export', () => pack('export default () => {}'), /not made by defineConnector/],
    ['not made by defineConnector', () => pack(code('sdk: undefined')), /not made by defineConnector/],
    ['another contract', () => pack(code('sdk: 2')), /follows contract 2 .* this is contract 1/],
    ['a bad type', () => pack(code("type: 'Acme-Notes'")), /type is "Acme-Notes"; it must be lower-case/],
    ['a version that is none', () => pack(code("version: 'v1'")), /version is "v1"; it must be like 1\.2\.3/],
    ['no title', () => pack(code("title: ''")), /title is missing/],
    ['no read', () => pack(code('read: undefined')), /read is missing, or no function/],
    ['half a browse', () => pack(code('browse: { list() {} }')), /browse\.metadata is missing, or no function/],
    ['a schema of something else', () => pack(code('configSchema: { parse() {} }')), /configSchema is not a zod schema/],
    [
      'a schema that only looks like one',
      () => pack(code('configSchema: { safeParse() {} }')),
      /configSchema cannot be shown as JSON Schema; it must be made with zod 4/,
    ],
    ['a schema that is not an object', () => pack(code('secretSchema: z.string()')), /secretSchema must be an object/],
    ['a schema that is not strict', () => pack(code('configSchema: z.object({})')), /configSchema lets unknown keys pass/],
    [
      'the type of a connector that comes with Inlet',
      () => pack(code("type: 'file'")),
      /its type "file" is that of a connector that comes with Inlet/,
    ],
  ])('%s is refused', async (_name, make, problem) => {
    const named = make()
    const problems = await problemsOf(named)
    expect(problems[0]).toMatch(problem)
    expect(problems.every((text) => text.startsWith(`${named}: `))).toBe(true)
  })

  it('report everything that is wrong at once, and which of two have the same type', async () => {
    const [one, two, bad] = [pack(code('')), pack(code('')), pack(code("type: 'X', version: '1', check: null"))]
    const problems = await problemsOf(one, two, bad, './none')
    expect(problems).toEqual([
      `${two}: its type "acme" is that of the package acme`,
      expect.stringContaining('type is "X"'),
      expect.stringContaining('version is "1"'),
      expect.stringContaining('check is missing'),
      expect.stringContaining('there is no folder'),
    ])
  })
})

describe('entryOf', () => {
  it.each([
    [{}, 'index.js'],
    [{ main: 'lib/a.js' }, 'lib/a.js'],
    [{ exports: './a.js', main: 'b.js' }, './a.js'],
    [{ exports: { '.': './a.js', './x': './x.js' } }, './a.js'],
    [{ exports: { types: './a.d.ts', default: './a.js' } }, './a.js'],
    [{ exports: { '.': { types: './a.d.ts', require: './a.cjs', import: { node: './n.js' } } } }, './n.js'],
  ])('%j', (manifest, entry) => {
    expect(entryOf(manifest)).toBe(entry)
  })
})
