import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { endpoints } from '@inlet/contract'
import { REASONS, type Reason } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { buildProgram } from '../../apps/cli/src/program/build-program.js'
import { createTerminal } from '../../apps/cli/src/terminal/terminal.js'
import { ROOT, readDocuments } from './documents.js'
import { findCommandFault } from './find-command-fault.js'

const context = {
  terminal: createTerminal({ write: () => {} }),
  stdout: new PassThrough(),
  env: {},
  stopped: new Promise<never>(() => {}),
  confirm: async () => false,
  ask: async () => '',
}
const program = buildProgram(context, {}, () => {})

const sources = execFileSync(
  'git',
  ['ls-files', '{packages,apps}/*/src/**.ts', 'packages/*/src/*.ts', 'packages/*/src/**/*.ts', 'apps/*/src/**/*.ts'],
  {
    cwd: ROOT,
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((file) => file !== '' && !/\.test\.ts$|\/testing\//u.test(file))
  .map((file) => ({ file, text: readFileSync(path.join(ROOT, file), 'utf8') }))
  // Comments speak of commands without their arguments.
  .map(({ file, text }) => ({ file, text: text.replaceAll(/^\s*(?:\/\*\*?|\*|\/\/).*$/gmu, '') }))

const named = (texts: readonly { readonly file: string; readonly text: string }[], pattern: RegExp) =>
  texts.flatMap(({ file, text }) => [...text.matchAll(pattern)].map(([, line = '']) => ({ file, line })))
/** The name of a command in prose, and one that is made of parts, or a pattern that finds commands. */
const isWhole = ({ line }: { readonly line: string }): boolean => !/^inlet (?:(?:\S+ )?\$\{|\[\^)/u.test(line)
const isBareName = ({ line }: { readonly line: string }): boolean => /^inlet(?: [a-z-]+){1,2}$/u.test(line)
const faultsOf = (lines: readonly { readonly file: string; readonly line: string }[]) =>
  lines.flatMap(({ file, line }) => {
    const fault = findCommandFault(program, line)
    return fault === null ? [] : [`${file}: ${line}: ${fault}`]
  })

describe('commands that are named', () => {
  it('in messages and next steps can be given as they stand', () => {
    const lines = named(sources, /\\?`(inlet [^`\\\n]+)\\?`/gu)
    expect(lines.length).toBeGreaterThan(40)
    expect(faultsOf(lines.filter((each) => isWhole(each) && !isBareName(each)))).toEqual([])
    // A bare name may lack arguments; it must exist all the same.
    expect(faultsOf(lines.filter(isBareName)).filter((fault) => !/: \w+ needs \d arguments$/u.test(fault))).toEqual([])
  })

  it('in the examples of the help can be given as they stand', () => {
    const lines = named(sources, /^\s*[`']((?:[A-Z_]+=\S+ )*inlet .+)[`'],?$/gmu).map(({ file, line }) => ({
      file,
      line: line.replace(/^(?:[A-Z_]+=\S+ )+/u, ''),
    }))
    expect(lines.length).toBeGreaterThan(60)
    expect(faultsOf(lines.filter(isWhole))).toEqual([])
  })

  it('in the code of the docs can be given as they stand', () => {
    const blocks = readDocuments().flatMap(({ file, text }) =>
      [...text.matchAll(/^```sh[^\n]*\n([\s\S]*?)^```/gmu)].map(([, block = '']) => ({ file, text: block.replaceAll('\\\n', ' ') })),
    )
    const lines = named(blocks, /^(?:[A-Z_]+=\S+ )*(?:npm run inlet (?:--silent )?-- |(?=inlet ))(.+)$/gmu).map(({ file, line }) => ({
      file,
      line: line.startsWith('inlet ') ? line : `inlet ${line}`,
    }))
    expect(lines.length).toBeGreaterThan(20)
    expect(faultsOf(lines)).toEqual([])
  })

  it('and its faults are seen', () => {
    const fault = (line: string): string | null => findCommandFault(program, line)
    expect(fault('inlet sources pause docs')).toBeNull()
    expect(fault('inlet sources -o name | xargs echo')).toBeNull()
    expect(fault('inlet sources pauze docs')).toContain('takes no')
    expect(fault('inlet why')).toContain('needs 1')
    expect(fault('inlet run docs --allow-all')).toContain('no option --allow-all')
    expect(fault('inlet run docs more')).toContain('takes no "more"')
  })
})

describe('next steps of reasons', () => {
  const known = Object.values(endpoints).map(({ method, path: route }) => `${method.toUpperCase()} ${route.replaceAll(/:(\w+)/gu, '{$1}')}`)

  it('and of other messages name requests that exist', () => {
    const requests = named(sources, /`[^`\n]*inlet [^`\n]*` \(((?:GET|POST|PUT|PATCH|DELETE) \/v1[^\s)?]*)/gu)
    expect(requests.length).toBeGreaterThan(20)
    expect(requests.filter(({ line }) => !known.includes(line.replaceAll(/\$\{[^}]*\}/gu, '{id}')))).toEqual([])
  })

  it.each(Object.keys(REASONS) as Reason[])('%s names requests that exist, behind the command that does the same', (reason) => {
    const { next } = REASONS[reason]
    expect(faultsOf([...next.matchAll(/`(inlet [^`]+)`/gu)].map(([, line = '']) => ({ file: reason, line })))).toEqual([])
    for (const [request] of next.matchAll(/(?:GET|POST|PUT|PATCH|DELETE) \/v1[^\s)]*/gu)) {
      expect(known).toContain(request)
      const command = new RegExp(`\`inlet [^\`]+\` \\(${request.replaceAll(/[{}/]/gu, '.')}`, 'u').test(next)
      expect([request, command]).toEqual([request, true])
    }
  })
})
