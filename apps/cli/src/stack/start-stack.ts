import { migrate } from '@inlet/db'
import { freePort } from '@inlet/db/embedded'
import { createLifecycle, type Lifecycle } from '@inlet/runtime'
import { parseKeyring } from '@inlet/security'
import { COMMAND_KEYS } from '../client/find-installation.js'
import { ensureAdminKey } from './admin-key.js'
import type { DataFolder } from './data-folder.js'
import { keepPostgres } from './keep-postgres.js'
import { type ManagedProcess, startProcess } from './managed-process.js'
import { isPortFree } from './port.js'
import { endOfStart, type ProcessExit, SETTINGS_EXIT, toNotice } from './process-exit.js'
import { acquireRunLock } from './run-lock.js'
import { untilReady } from './until-ready.js'

export interface StackOptions {
  readonly folder: DataFolder
  readonly workers: number
  /** Exactly this port; default: 3210 or, if that is taken, a free one. */
  readonly port?: number | undefined
  /** The user's environment: DATABASE_URL and REDIS_URL replace the embedded parts, INLET_* settings are passed on. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly egressAllow?: (parts: { readonly postgresPort: number | null }) => readonly string[]
  readonly fileRoots?: readonly string[]
  readonly step: <T>(title: string, work: () => Promise<T>) => Promise<T>
  readonly notice: (message: string) => void
  /** Ends a start that is waiting; resolves on a signal such as Ctrl-C. */
  readonly stopped?: Promise<unknown>
}

/** A running installation. `close` stops everything in reverse order. */
export interface Stack {
  readonly url: string
  readonly adminKey: string
  /** Whether this start created the key, so that nobody has seen it yet. */
  readonly isKeyNew: boolean
  readonly databaseUrl: string
  readonly postgresPort: number | null
  readonly processes: readonly ManagedProcess[]
  close(): Promise<void>
}

const DEFAULT_PORT = 3210
/** The file's keys are passed on directly; the others are for commands, and of no use to the processes. */
const NOT_HANDED_ON = new Set<string>(['INLET_ENCRYPTION_KEYS_FILE', ...COMMAND_KEYS])

/** Starts Postgres (unless a database is given), migrates, and starts api, scribe and workers as separate processes. The caller closes it. */
export const startStack = async (options: StackOptions): Promise<Stack> => {
  const lifecycle = createLifecycle()
  try {
    return await start(options, lifecycle)
  } catch (error) {
    await lifecycle.close()
    throw error
  }
}

const start = async (options: StackOptions, lifecycle: Lifecycle): Promise<Stack> => {
  const { folder, env, step } = options
  const lock = await acquireRunLock(folder)
  lifecycle.defer('lock', () => lock.release())
  const pids = new Set<number>()
  let address = 'an address it is still choosing'
  // Recorded at once, so that a killed start leaves no process in the way of the next one.
  const onStart = (pid: number): void => {
    pids.add(pid)
    lock.update({ url: address, children: [...pids] })
  }
  const { databaseUrl, postgresPort } = await openPostgres(options, lifecycle, onStart)
  await step('bringing the database to this version', () => migrate(databaseUrl))
  const { adminKey, isKeyNew } = await ensureAdminKey({ folder, databaseUrl, keyring: parseKeyring(encryptionKeys(options)) })
  const port = await choosePort(options)
  const url = `http://127.0.0.1:${port}`
  address = url
  const common = processEnv(options, databaseUrl, postgresPort)
  const processes: ManagedProcess[] = []
  const starting = new AbortController()
  void options.stopped?.then(() => starting.abort(new Error('stopped before it was ready')))
  let ready = false
  const onExit = (exit: ProcessExit): void => {
    const lost = ready ? null : endOfStart(exit)
    if (lost !== null) return starting.abort(lost)
    options.notice(exit.code === SETTINGS_EXIT ? toNotice(exit) : `${toNotice(exit)}; starting it again`)
  }
  const launch = (name: string, app: 'api' | 'worker' | 'scribe', extra: Record<string, string>): void => {
    const process = startProcess({
      name,
      app,
      env: { ...common, ...extra },
      logFile: folder.file('logs', `${name}.log`),
      onExit,
      onStart,
    })
    processes.push(process)
    lifecycle.defer(name, () => process.stop(), { timeoutMs: 27_000 })
  }
  launch('scribe', 'scribe', { INLET_SCRIBE_OPS_PORT: env['INLET_SCRIBE_OPS_PORT'] ?? '0' })
  for (let n = 1; n <= options.workers; n += 1) launch(options.workers === 1 ? 'worker' : `worker-${n}`, 'worker', { INLET_WORKER_OPS_PORT: '0' })
  launch('api', 'api', { PORT: String(port), INLET_API_OPS_PORT: '0', INLET_API_HOST: env['INLET_API_HOST'] ?? '127.0.0.1' })
  await step('waiting for the api', () =>
    untilReady({ url, logFile: folder.file('logs', 'api.log'), signal: starting.signal, notice: options.notice }),
  )
  ready = true
  return { url, adminKey, isKeyNew, databaseUrl, postgresPort, processes, close: async () => void (await lifecycle.close()) }
}

const openPostgres = async ({ folder, env, step, notice }: StackOptions, lifecycle: Lifecycle, onStart: (pid: number) => void) => {
  const given = env['DATABASE_URL']
  if (given !== undefined && given !== '') return { databaseUrl: given, postgresPort: null }
  const { postgresPassword, postgresPort: before } = folder.settings
  // The same port as last time, if it is free: demo sources refer to it.
  const port = before !== undefined && (await isPortFree(before)) ? before : await freePort()
  folder.update({ postgresPort: port })
  const postgres = await step('starting Postgres', () =>
    keepPostgres({ directory: folder.file('postgres'), port, durable: true, password: postgresPassword }, { onStart, notice }),
  )
  lifecycle.defer('postgres', () => postgres.stop(), { timeoutMs: 20_000 })
  return { databaseUrl: postgres.url, postgresPort: port }
}

/** Returns the environment's keys, otherwise those generated for the folder: the processes and the administrator's key must agree. */
const encryptionKeys = ({ env, folder }: StackOptions): string => env['INLET_ENCRYPTION_KEYS'] || folder.settings.encryptionKeys

const choosePort = async ({ port, env, notice }: StackOptions): Promise<number> => {
  const wanted = port ?? Number(env['PORT'] ?? DEFAULT_PORT)
  if (await isPortFree(wanted)) return wanted
  if (port !== undefined) throw new Error(`port ${port} is taken; choose another one with --port`)
  const free = await freePort()
  notice(`port ${wanted} is taken, using ${free}`)
  return free
}

const processEnv = (options: StackOptions, databaseUrl: string, postgresPort: number | null): Record<string, string> => {
  const { env, folder } = options
  const isOwn = (entry: [string, string | undefined]): entry is [string, string] =>
    entry[1] !== undefined && !/^npm_/i.test(entry[0]) && !NOT_HANDED_ON.has(entry[0])
  const own = Object.fromEntries(Object.entries(env).filter(isOwn))
  const list = (key: string, more: readonly string[]): string => [...(env[key] ?? '').split(',').filter((part) => part !== ''), ...more].join(',')
  return {
    ...own,
    DATABASE_URL: databaseUrl,
    INLET_ENCRYPTION_KEYS: encryptionKeys(options),
    INLET_WORK_DIR: folder.file('work'),
    INLET_EGRESS_ALLOW: list('INLET_EGRESS_ALLOW', options.egressAllow?.({ postgresPort }) ?? []),
    INLET_FILE_ROOTS: list('INLET_FILE_ROOTS', options.fileRoots ?? []),
  }
}
