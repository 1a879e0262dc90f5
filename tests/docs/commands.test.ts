import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { endpoints } from '@inlet/contract'
import { describe, expect, it } from 'vitest'
import { matches, ROOT, readDocuments } from './documents.js'

const documents = readDocuments()
const all = documents.map(({ text }) => text).join('\n')
const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { readonly scripts: Readonly<Record<string, string>> }

const inlet = (...args: readonly string[]): string =>
  execFileSync(process.execPath, ['--conditions=@inlet/source', '--import', 'tsx', 'apps/cli/src/main.ts', ...args, '--help'], {
    cwd: ROOT,
    encoding: 'utf8',
  })

describe('commands in the docs', () => {
  it('are scripts of package.json', () => {
    const named = new Set([...matches(/\bnpm run ([\w:-]+)/gu, all), ...(/\bnpm test\b/u.test(all) ? ['test'] : [])])
    expect(named).toContain('demo')
    expect([...named].filter((name) => scripts[name] === undefined)).toEqual([])
  })

  it('are scripts that exist', () => {
    const named = [...new Set(matches(/\bnode (scripts\/[\w./-]+)/gu, all))]
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([])
  })

  it('are commands of the CLI', () => {
    const known = matches(/^ {2}(\w+)/gmu, inlet().split('Commands:')[1] ?? '')
    expect(known).toContain('up')
    const named = new Set(matches(/(?:npm run inlet -- |`inlet )([a-z]+)/gu, all))
    expect(named).toContain('up')
    expect([...named].filter((name) => !known.includes(name))).toEqual([])
  })

  it('has the options of up, as the guide lists them', () => {
    const help = inlet('up')
    const operate = documents.find(({ file }) => file === 'docs/guides/operate.md')?.text ?? ''
    const listed = matches(/^\| `(--\w+) <\w+>` \|/gmu, operate)
    expect([...listed].sort()).toEqual([...matches(/^\s+(--\w+) </gmu, help)].sort())
  })

  it('are endpoints of the API', () => {
    const named = [...all.matchAll(/`(GET|POST|PATCH|DELETE|PUT) (\/[^`?\s]*)/gu)].map(([, method = '', route = '']) => `${method} ${route}`)
    const known = Object.values(endpoints).map(({ method, path: route }) => `${method.toUpperCase()} ${route.replaceAll(/:(\w+)/gu, '{$1}')}`)
    expect(named).toContain('POST /v1/sources')
    expect([...new Set(named)].filter((name) => name.includes('/v1/') && !known.includes(name))).toEqual([])
  })
})
