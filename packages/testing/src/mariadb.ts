import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '@inlet/db/embedded'
import type { MariadbBinaries } from './find-tool.js'
import { until } from './until.js'

export interface TestMariadb {
  readonly port: number
  /** An account with all privileges, from 127.0.0.1. */
  readonly admin: { readonly user: string; readonly password: string }
  /** The folder of the server, where tests may put files for it. */
  readonly directory: string
  stop(): Promise<void>
}

const run = promisify(execFile)
const ADMIN = { user: 'admin', password: 'admin-password' }
const START_MS = 30_000

/** Starts a private mariadbd on a free port of 127.0.0.1. @param flags additional flags of the server. The caller stops it. */
export const startMariadb = async (binaries: MariadbBinaries, flags: readonly string[] = []): Promise<TestMariadb> => {
  const directory = mkdtempSync(path.join(tmpdir(), 'inlet-mariadb-'))
  mkdirSync(path.join(directory, 'tmp'))
  const init = path.join(directory, 'init.sql')
  writeFileSync(
    init,
    `CREATE USER ${ADMIN.user}@'%' IDENTIFIED BY '${ADMIN.password}';\nGRANT ALL PRIVILEGES ON *.* TO ${ADMIN.user}@'%' WITH GRANT OPTION;\n`,
  )
  // It refuses to run as root, and then everything must belong to the account it switches to.
  const asRoot = process.getuid?.() === 0
  if (asRoot) await run('chown', ['-R', 'mysql:mysql', directory])
  const user = asRoot ? ['--user=mysql'] : []
  const data = path.join(directory, 'data')
  const log = path.join(directory, 'error.log')
  await run(binaries.install, ['--no-defaults', ...user, `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'])
  const port = await freePort()
  const child = spawn(
    binaries.server,
    [
      '--no-defaults',
      ...user,
      `--datadir=${data}`,
      `--tmpdir=${path.join(directory, 'tmp')}`,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      `--socket=${path.join(directory, 'socket')}`,
      `--pid-file=${path.join(directory, 'pid')}`,
      `--log-error=${log}`,
      `--init-file=${init}`,
      '--skip-name-resolve',
      '--innodb-flush-log-at-trx-commit=2',
      '--max-connections=200',
      ...flags,
    ],
    { stdio: 'ignore' },
  )
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const logged = (): string => (existsSync(log) ? readFileSync(log, 'utf8') : '')
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await exited
    }
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    await until(() => child.exitCode !== null || logged().includes('ready for connections'), { timeoutMs: START_MS, what: 'mariadbd to be ready' })
    if (child.exitCode !== null) throw new Error(`mariadbd ended with ${child.exitCode}: ${logged().slice(-2000)}`)
  } catch (error) {
    await stop()
    throw error
  }
  return { port, admin: ADMIN, directory, stop }
}
