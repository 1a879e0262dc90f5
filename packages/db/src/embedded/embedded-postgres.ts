import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, closeSync, existsSync, fchmodSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { findPostgresBinaries, serverUser } from './postgres-binaries.js'

export interface EmbeddedPostgresOptions {
  /** Created if missing; holds `data/` and `postgres.log`. */
  readonly directory: string
  /** Default: a free port. */
  readonly port?: number
  /** False turns fsync off: for tests only. */
  readonly durable: boolean
  readonly maxConnections?: number
  /** Additional server settings, by name. */
  readonly settings?: Readonly<Record<string, string>>
  /** Password of the superuser, set when the folder is initialized. Without one, any local user may connect: for tests only. */
  readonly password?: string
}

export interface EmbeddedPostgres {
  readonly port: number
  readonly pid: number
  /** URL of a database on this server, as its superuser; loopback only. */
  url(database: string): string
  /** Resolves when the server process ends, for whatever reason. */
  readonly exited: Promise<void>
  /** Fast shutdown; the data is kept. */
  stop(): Promise<void>
}

/**
 * Starts a real Postgres from npm binaries on loopback, initializing its folder on first use. Works as root and as an ordinary user, and waits for
 * what remains of a previous server of this folder that was just killed. Throws with the server's own log if it does not start within 60 s. The
 * caller stops it.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const bin = findPostgresBinaries()
  const user = serverUser()
  const data = path.join(options.directory, 'data')
  prepareDirectory(options.directory)
  if (!existsSync(path.join(data, 'PG_VERSION'))) initialize(bin, options)
  const port = options.port ?? (await freePort())
  const logFile = path.join(options.directory, 'postgres.log')
  const url = (database: string): string =>
    `postgresql://postgres${options.password === undefined ? '' : `:${encodeURIComponent(options.password)}`}@127.0.0.1:${port}/${database}`
  const launch = (): ChildProcess => {
    const log = openSync(logFile, 'a', 0o600)
    fchmodSync(log, 0o600)
    const flags = ['-D', data, ...serverFlags(options, port)]
    const server = spawn(path.join(bin, 'postgres'), flags, {
      ...user,
      cwd: '/',
      env: SERVER_ENV,
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    return server
  }
  const child = await untilReady({ launch, url: url('postgres'), logFile })
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
    if (child.exitCode !== null || child.signalCode !== null) resolve()
  })
  return {
    port,
    pid: child.pid ?? 0,
    url,
    exited,
    async stop() {
      child.kill('SIGINT')
      await exited
    },
  }
}

/**
 * The whole environment of the server, which has no use for ours and its secrets. It lets each backend keep up to 48 MB that it has freed: by default
 * glibc returns what a batch needed to the system after each statement, and mapping it again is a fifth of the processor time of storing. Other C
 * libraries ignore it; docker-compose.yml sets the same. Without a locale, Postgres does not start on macOS.
 */
const SERVER_ENV = { LC_ALL: 'C', MALLOC_MMAP_THRESHOLD_: '33554432', MALLOC_TRIM_THRESHOLD_: '33554432', MALLOC_TOP_PAD_: '16777216' }

const prepareDirectory = (directory: string): void => {
  mkdirSync(directory, { recursive: true, mode: 0o755 })
  const { uid, gid } = serverUser()
  if (uid === undefined || gid === undefined) return
  refuseClosedParents(path.resolve(directory))
  if (statSync(directory).uid === uid) return
  chownSync(directory, uid, gid)
  chmodSync(directory, 0o755)
}

/** When started as root, the server runs as "nobody", who must be able to reach its folder. */
const refuseClosedParents = (directory: string): void => {
  for (let parent = path.dirname(directory); ; parent = path.dirname(parent)) {
    if ((statSync(parent).mode & 0o001) === 0)
      throw new Error(
        `Postgres refuses to run as root and, as another user, cannot enter ${parent}; run Inlet as an ordinary user, choose a folder elsewhere, or allow it with chmod o+x ${parent}`,
      )
    if (parent === path.dirname(parent)) return
  }
}

const initialize = (bin: string, { directory, password }: EmbeddedPostgresOptions): void => {
  const data = path.join(directory, 'data')
  // A folder left by an interrupted first start has no PG_VERSION and would make initdb refuse.
  rmSync(data, { recursive: true, force: true })
  const passwordFile = path.join(directory, '.pw')
  const { uid, gid } = serverUser()
  if (password !== undefined) {
    writeFileSync(passwordFile, password, { mode: 0o600 })
    if (uid !== undefined && gid !== undefined) chownSync(passwordFile, uid, gid)
  }
  const auth = password === undefined ? ['--auth=trust'] : ['--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  const flags = [
    '-D',
    data,
    '-U',
    'postgres',
    ...auth,
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--locale=C.UTF-8',
    '--no-sync',
    '--no-instructions',
  ]
  const result = spawnSync(path.join(bin, 'initdb'), flags, { ...serverUser(), cwd: '/', encoding: 'utf8' })
  rmSync(passwordFile, { force: true })
  if (result.status !== 0) throw new Error(`initdb failed: ${result.error?.message ?? result.stderr}`)
}

const serverFlags = (options: EmbeddedPostgresOptions, port: number): string[] => {
  const settings: Record<string, string> = {
    max_connections: String(options.maxConnections ?? 200),
    shared_buffers: '256MB',
    max_wal_size: '2GB',
    random_page_cost: '1.1',
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...options.settings,
  }
  return ['-p', String(port), '-k', '', '-h', '127.0.0.1', ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])]
}

/** How long the last process of a killed server may take to exit, in ms. */
const PREDECESSOR_MS = 15_000
const PREDECESSOR_LIVES = /lock file "postmaster\.pid" already exists|pre-existing shared memory block/

interface Launch {
  readonly launch: () => ChildProcess
  readonly url: string
  readonly logFile: string
}

const untilReady = async ({ launch, url, logFile }: Launch): Promise<ChildProcess> => {
  const begun = Date.now()
  for (;;) {
    const written = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0
    const child = launch()
    const killWithParent = (): void => void child.kill('SIGINT')
    process.once('exit', killWithParent)
    child.once('exit', () => process.off('exit', killWithParent))
    child.once('error', () => process.off('exit', killWithParent))
    if (await answers(child, url, begun + 60_000)) return child
    const logged = readFileSync(logFile).subarray(written).toString('utf8')
    if (Date.now() > begun + PREDECESSOR_MS || !PREDECESSOR_LIVES.test(logged)) {
      const tail = logged.split('\n').slice(-15).join('\n')
      throw new Error(`the embedded Postgres did not start; its log ends with:\n${tail}`)
    }
    await delay(250)
  }
}

/** False when the server exited, or did not answer before the deadline. */
const answers = async (child: ChildProcess, url: string, deadline: number): Promise<boolean> => {
  let failed = false
  child.once('error', () => {
    failed = true
  })
  while (!failed && child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      await client.end()
      return true
    } catch {
      await delay(25)
    }
  }
  return false
}

/** Returns a loopback port that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
