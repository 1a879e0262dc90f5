import { execFileSync } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createTerminal } from '../terminal/terminal.js'
import { runProgram } from './run-program.js'

const run = async (...args: readonly string[]) => {
  let out = ''
  let err = ''
  const write = (text: string): void => void (out += text)
  const context = {
    terminal: createTerminal({ write }),
    stdout: new PassThrough(),
    env: {},
    stopped: new Promise(() => {}),
    confirm: async () => false,
    ask: async () => '',
  }
  const code = await runProgram(args, context, { stdout: write, stderr: (text) => void (err += text) })
  return { code, out, err }
}

/** Returns the commands of the help's own section: examples below it are indented as well. */
const commandsOf = (help: string): readonly string[] =>
  [...(help.split('Commands:')[1]?.split(/\n(?=\S)/u)[0] ?? '').matchAll(/^ {2}([a-z-]+)/gmu)].map(([, name = '']) => name)

describe('the program', () => {
  it('has help with an example for every command', async () => {
    const visit = async (path: readonly string[]): Promise<readonly string[]> => {
      const { out } = await run(...path, '--help')
      const inner = commandsOf(out).filter((name) => name !== 'help')
      const without = inner.length === 0 && !/\nExamples?:\n {2}\S/u.test(out) ? [path.join(' ')] : []
      visited += 1
      return [...without, ...(await Promise.all(inner.map((name) => visit([...path, name])))).flat()]
    }
    let visited = 0
    expect(await visit([])).toEqual([])
    expect(visited).toBeGreaterThan(25)
  })

  it.each([
    [['aply'], 'Did you mean apply?'],
    [['sources', 'pauze', 'x'], '--help'],
    [['apply', '-f', 'x', '--dryrun'], 'Did you mean --dry-run?'],
    [['runs', '--limit', '0'], 'a whole number from 1'],
    [['completion', 'tcsh'], 'bash, zsh, fish'],
  ])('%s is answered with help', async (args, hint) => {
    const { code, err } = await run(...args)
    expect([code, err]).toEqual([64, expect.stringContaining(hint)])
  })

  it('completes commands and options in bash', async () => {
    const { out } = await run('completion', 'bash')
    const complete = (...words: readonly string[]): readonly string[] =>
      execFileSync(
        'bash',
        ['-c', `${out}\nCOMP_WORDS=(inlet ${words.join(' ')} "")\nCOMP_CWORD=${words.length + 1}\n_inlet\nprintf '%s\\n' "\${COMPREPLY[@]}"`],
        { encoding: 'utf8' },
      )
        .trim()
        .split('\n')
    expect(complete()).toEqual(expect.arrayContaining(['apply', 'sources', 'doctor']))
    expect(complete('sources')).toEqual(expect.arrayContaining(['get', 'pause', 'delete']))
    expect(complete('sources')).toContain('--watch')
    expect(complete('sources', '-o')).toEqual(['table', 'wide', 'yaml', 'name', 'json'])
    expect(complete('runs', 'get', '--output')).toContain('yaml')
    expect(complete('fetch', 'x', '-o')).not.toContain('yaml')
    expect(complete('apply')).toEqual(expect.arrayContaining(['--dry-run', '--prune']))
    expect((await run('completion', 'fish')).out).toContain(`complete -c inlet -n '__fish_use_subcommand' -f -a apply`)
  })
})
