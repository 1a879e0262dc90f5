import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@inlet/db/embedded'
import { createMasterKeyText } from '@inlet/security'

export interface ClusterOptions {
  readonly databaseUrl: string
  readonly redisUrl?: string | undefined
  readonly egressAllow?: readonly string[]
  readonly fileRoots?: readonly string[]
  readonly encryptionKeys?: string
  /** How long a dead process keeps its runs and jobs. */
  readonly leaseMs?: number
  readonly env?: Readonly<Record<string, string>>
}

export interface ClusterProcess {
  readonly name: string
  readonly app: string
  readonly pid: number
  readonly opsPort: number
  alive(): boolean
  /** Sends a signal; SIGKILL resolves when the process is gone. */
  signal(signal: NodeJS.Signals): Promise<void>
  /** The exit code, or null when it died of a signal. */
  readonly exited: Promise<number | null>
  log(): string
}

/** Real processes of ours, started from the sources, for tests that kill them. */
export interface Cluster {
  readonly encryptionKeys: string
  start(app: 'api' | 'worker' | 'scribe', env?: Readonly<Record<string, string>>): Promise<ClusterProcess>
  processes(): readonly ClusterProcess[]
  /** Kills what is left. INLET_TEST_KEEP=1 keeps the logs and says where. */
  close(): Promise<void>
}

export const LEASE_MS = 6_000

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export const createCluster = (options: ClusterOptions): Cluster => {
  const directory = mkdtempSync(path.join(tmpdir(), 'inlet-cluster-'))
  const encryptionKeys = options.encryptionKeys ?? createMasterKeyText('test')
  const all: ClusterProcess[] = []
  const common: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: directory,
    DATABASE_URL: options.databaseUrl,
    ...(options.redisUrl === undefined ? {} : { REDIS_URL: options.redisUrl }),
    LOG_LEVEL: 'info',
    INLET_ENCRYPTION_KEYS: encryptionKeys,
    INLET_EGRESS_ALLOW: (options.egressAllow ?? []).join(','),
    INLET_FILE_ROOTS: (options.fileRoots ?? []).join(','),
    INLET_WORK_DIR: path.join(directory, 'work'),
    // Short enough that a test sees a take-over within seconds, long enough for a process that gets little of a busy machine.
    INLET_LEASE_TTL_MS: String(options.leaseMs ?? LEASE_MS),
    ...options.env,
  }
  return {
    encryptionKeys,
    processes: () => all,
    async start(app, env = {}) {
      const name = `${app}-${all.length + 1}`
      const opsPort = await freePort()
      const logFile = path.join(directory, `${name}.log`)
      const log = openSync(logFile, 'w')
      const ports = app === 'api' ? { PORT: String(opsPort), INLET_API_OPS_PORT: '0' } : { [`INLET_${app.toUpperCase()}_OPS_PORT`]: String(opsPort) }
      const child = spawn(process.execPath, [path.join(ROOT, 'apps', app, 'dist/main.js')], {
        cwd: ROOT,
        env: { ...common, ...ports, ...env },
        stdio: ['ignore', log, log],
      })
      closeSync(log)
      const started = wrap({ child, name, app, opsPort, logFile })
      all.push(started)
      return started
    },
    async close() {
      await Promise.all(all.map((entry) => entry.signal('SIGKILL')))
      if (process.env['INLET_TEST_KEEP'] === undefined) rmSync(directory, { recursive: true, force: true })
      else process.stdout.write(`logs kept in ${directory}\n`)
    },
  }
}

const wrap = (args: { child: ChildProcess; name: string; app: string; opsPort: number; logFile: string }): ClusterProcess => {
  const { child } = args
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const alive = (): boolean => child.exitCode === null && child.signalCode === null
  return {
    name: args.name,
    app: args.app,
    pid: child.pid ?? 0,
    opsPort: args.opsPort,
    exited,
    alive,
    log: () => readFileSync(args.logFile, 'utf8'),
    async signal(signal) {
      if (!alive()) return
      child.kill(signal)
      if (signal === 'SIGKILL') await exited
    },
  }
}
