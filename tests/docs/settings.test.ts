import { readFileSync } from 'node:fs'
import path from 'node:path'
import { connectors } from '@inlet/connectors'
import { SOURCE_EXAMPLES } from '@inlet/contract'
import { INSTALLATION_KEYS } from '@inlet/runtime'
import { describe, expect, it } from 'vitest'
import { matches, ROOT, readDocuments } from './documents.js'

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')
const documents = readDocuments()
const operate = read('docs/guides/operate.md')

/** Keys by process, from the schemas of the apps. */
const KEY = /^\s{2}([A-Z][A-Z0-9_]+):/gmu
const shapes = read('packages/observability/src/settings/process-settings.ts')
/** The keys of a shape that several processes spread into their settings. */
const keysOfShape = (name: string): readonly string[] => matches(KEY, new RegExp(`const ${name} = \\{\n([^]*?)\n\\}`, 'u').exec(shapes)?.[1] ?? '')
const keys = new Map(
  ['api', 'worker', 'scribe'].map((app) => {
    const config = read(`apps/${app}/src/config.ts`)
    return [app, [...matches(KEY, config), ...matches(/^\s{2}\.\.\.(\w+),$/gmu, config).flatMap(keysOfShape)]]
  }),
)
const composeKeys = matches(/\$\{([A-Z][A-Z0-9_]+)/gu, read('docker-compose.yml'))
const readByTests = ['packages/testing/src/find-tool.ts', 'packages/connector-sdk/src/testing/checks/check-crash.ts', 'tests/harness/cluster.ts']
const testKeys = matches(/\b(INLET_TEST_[A-Z_]+)\b/gu, readByTests.map(read).join(' '))
const benchKeys = matches(/'(INLET_BENCH_[A-Z_]+)'/gu, read('bench/arguments.ts'))
const cliKeys = matches(/'(INLET_[A-Z_]+)'/gu, read('apps/cli/src/client/find-installation.ts'))
const known = new Set([...[...keys.values()].flat(), ...composeKeys, ...testKeys, ...benchKeys, ...cliKeys])

describe('settings in the docs', () => {
  it.each(documents)('$file names only keys that something reads', ({ text }) => {
    const named = matches(/\b(INLET_[A-Z][A-Z_]+[A-Z])\b/gu, text)
    expect([...new Set(named)].filter((key) => !known.has(key))).toEqual([])
  })

  it('every process knows each of them, since they may share one environment', () => {
    const documented = [...known].filter((key) => key.startsWith('INLET_') && !/^INLET_(TEST|BENCH)_/u.test(key))
    expect(INSTALLATION_KEYS.filter((key) => !key.endsWith('*')).toSorted()).toEqual([...new Set(documented)].toSorted())
  })

  it('the table lists every key with the processes that read it', () => {
    const rows = operate.matchAll(/^\| (`[A-Z][A-Z0-9_`, ]+`) \| (all|[a-z, ]+) \|/gmu)
    const listed = [...rows].flatMap(([, names = '', processes = '']) =>
      matches(/`([A-Z0-9_]+)`/gu, names).flatMap((key) =>
        (processes === 'all' ? [...keys.keys()] : processes.split(', ')).map((app) => `${app} ${key}`),
      ),
    )
    expect([...listed].sort()).toEqual([...keys].flatMap(([app, names]) => names.map((key) => `${app} ${key}`)).sort())
  })
})

describe('examples of sources', () => {
  const examples = matches(/^```json\n([\s\S]*?)^```/gmu, read('docs/guides/sources.md')).map(
    (text) => JSON.parse(text) as { readonly connector: string; readonly config: unknown; readonly secrets?: unknown },
  )

  it('there is one for every connector', () => {
    expect(examples.map(({ connector }) => connector).sort()).toEqual(connectors.map(({ type }) => type).sort())
  })

  it('are those that the API shows at /docs', () => {
    const shown = Object.fromEntries(Object.entries(SOURCE_EXAMPLES).map(([type, { value }]) => [type, value]))
    expect(shown).toEqual(Object.fromEntries(examples.map((example) => [example.connector, example])))
  })

  it.each(examples)('the connector $connector accepts its example', async ({ connector, config, secrets }) => {
    const found = connectors.find(({ type }) => type === connector)
    const [settings, secret] = [found?.configSchema.parse(config), found?.secretSchema.parse(secrets ?? {})]
    await expect(Promise.resolve(found?.validate?.(settings, secret))).resolves.toBeUndefined()
  })
})

describe('what is not there yet', () => {
  it('names no connector that is', () => {
    const notYet = /## Not yet\n([^#]+)/u.exec(read('README.md'))?.[1] ?? ''
    expect(notYet).not.toBe('')
    const missing = [...notYet.matchAll(/connectors? for (.+)/giu)].map(([, names]) => names).join()
    expect(connectors.map(({ type }) => type.replaceAll('_', ' ')).filter((name) => new RegExp(`\\b${name}\\b`, 'iu').test(missing))).toEqual([])
  })
})

describe('the guide for connectors', () => {
  it('quotes the example as it is', () => {
    const indent = (text: string): string => text.replaceAll(/^\s+/gmu, '')
    const quoted = matches(/^```ts\n(async \*read[\s\S]*?)^```/gmu, read('docs/guides/write-a-connector.md'))[0] ?? 'nothing is quoted'
    expect(indent(read('docs/guides/examples/hello-connector.ts'))).toContain(indent(quoted).trim())
  })
})
