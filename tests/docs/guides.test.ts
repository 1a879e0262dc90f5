import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '@inlet/db/embedded'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from './documents.js'
import { readRunnable } from './runnable.js'

const CLI = path.join(ROOT, 'apps/cli/dist/main.js')
/** In the order somebody would read them: later ones use what earlier ones have made. */
const GUIDES = ['cli', 'sources', 'events', 'mapping', 'versions', 'search', 'quarantine-and-notifications', 'agents'].map(
  (name) => `docs/guides/${name}.md`,
)
const LIMIT_MS = 600_000

interface Ended {
  readonly code: number | null
  readonly output: string
}

const hasPrograms = [
  ['curl', '--version'],
  ['openssl', 'version'],
].every(([program = '', flag = '']) => spawnSync(program, [flag]).status === 0)

describe.skipIf(!existsSync(CLI) || !hasPrograms)('the commands of the docs (skipped without curl, openssl or a build: npm run build)', () => {
  let folder: string
  let port: number
  let up: { readonly child: ChildProcess; readonly exited: Promise<unknown>; readonly output: () => string } | undefined

  /** What a reader has: the commands, and files of their own. The port may be taken here, and no second build is needed. */
  const prepare = (): void => {
    const command = (name: string, script: string): void => {
      writeFileSync(path.join(folder, 'bin', name), `#!/bin/bash\n${script}\n`)
      chmodSync(path.join(folder, 'bin', name), 0o755)
    }
    mkdirSync(path.join(folder, 'bin'))
    cpSync(path.join(ROOT, 'docs'), path.join(folder, 'docs'), { recursive: true })
    command('inlet', `extra=(); [ "$1" = up ] && extra=(--port ${port}); exec '${process.execPath}' '${CLI}' "$@" "\${extra[@]}"`)
    command(
      'npm',
      '[ "$1" = ci ] && exit 0\n[ "$1 $2" = "run inlet" ] || { echo "npm $* is not for this test" >&2; exit 1; }\nshift 2; [ "$1" = -- ] && shift\nexec inlet "$@"',
    )
    // Without it curl takes a refusal for success.
    command('curl', `PATH="\${PATH#*:}" exec curl --fail-with-body "$@"`)
    writeFileSync(
      path.join(folder, 'people.csv'),
      'name,role,city\nAda Lovelace,mathematician,London\nGrace Hopper,rear admiral,New York\nAlan Turing,computer scientist,Manchester\n',
    )
    writeFileSync(path.join(folder, 'orders.csv'), 'id,customer,total\n17,Ada,-5\n18,Grace,20\n')
  }

  const start = (script: string) => {
    // An environment of its own: nothing of the machine must make a command work, or go elsewhere.
    const env = { PATH: `${path.join(folder, 'bin')}:${process.env['PATH']}`, HOME: folder, SHOP_PASSWORD: 'secret', PORT: '' }
    const child = spawn('bash', ['-c', script], { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
    return { child, exited, output: () => output }
  }

  /** As the README sets them; a guide that is opened by itself refers to them. */
  const variables = (): string => {
    const { adminKey } = JSON.parse(readFileSync(path.join(folder, '.inlet/settings.json'), 'utf8')) as { readonly adminKey: string }
    return `URL=http://127.0.0.1:${port} KEY='${adminKey}'`
  }

  /** All blocks of a document in one shell, so that variables are kept. */
  const runDocument = async (file: string): Promise<Ended> => {
    const { blocks, files } = readRunnable(readFileSync(path.join(ROOT, file), 'utf8'))
    for (const { name, text } of files) writeFileSync(path.join(folder, name), text)
    const steps = blocks
      .filter(({ background }) => !background)
      .map(({ line, script, exitCode }) => {
        const body = script.replaceAll('http://127.0.0.1:3210', `http://127.0.0.1:${port}`).trimEnd()
        return `echo '=== ${file}:${line}'\n${
          exitCode === 0 ? `set -e\n${body}` : `set +e\n${body}\n[ $? = ${exitCode} ] || { echo 'not the exit code ${exitCode}'; exit 1; }\nset -e`
        }`
      })
    const { exited, output } = start(`set -o pipefail\n${variables()}\n${steps.join('\n')}`)
    return { code: await exited, output: output() }
  }

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'inlet-guides-'))
    // As root the database runs as another user, who must get in.
    chmodSync(folder, 0o755)
    port = await freePort()
    prepare()
    const { blocks } = readRunnable(readFileSync(path.join(ROOT, 'README.md'), 'utf8'))
    up = start(blocks.find((block) => block.background)?.script ?? 'echo the README starts nothing')
    const { child, output } = up
    await until(() => output().includes('Ctrl-C stops everything') || child.exitCode !== null, {
      timeoutMs: LIMIT_MS,
      everyMs: 100,
      what: 'the installation of the README',
    })
    if (child.exitCode !== null) throw new Error(`it did not come up:\n${output()}`)
  }, LIMIT_MS)
  afterAll(async () => {
    const pid = up?.child.pid
    if (pid !== undefined && up?.child.exitCode === null) process.kill(-pid, 'SIGINT')
    await up?.exited
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }, LIMIT_MS)

  it.each(['README.md', ...GUIDES])(
    '%s works as it is written',
    async (file) => {
      const { code, output } = await runDocument(file)
      expect({ code, output: code === 0 ? '' : output.slice(-3_000) }).toEqual({ code: 0, output: '' })
    },
    LIMIT_MS,
  )

  it('answers the question of the README from the file of its reader', async () => {
    const { exited, output } = start('inlet search who comes from Manchester')
    expect([await exited, output()]).toEqual([0, expect.stringContaining('Alan Turing')])
  })
})
