import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs'
import path from 'node:path'
import { isPortFree } from '../stack/port.js'
import { type Finding, fail, ok, skip, warn } from './finding.js'

const GIB = 1_073_741_824

/** Requires Node 20.19 or newer. */
export const checkNode = (version: string): Finding => {
  const [major = 0, minor = 0] = version.replace(/^v/u, '').split('.').map(Number)
  return major > 20 || (major === 20 && minor >= 19) ? ok('node', version) : fail('node', `${version} is too old`, 'Install Node 20.19 or newer.')
}

/** Checks that the folder can be written, and its secrets read by their owner alone. */
export const checkDataFolder = (folder: string): Finding => {
  const name = 'data folder'
  const full = path.resolve(folder)
  const usable = nearestExisting(full)
  try {
    accessSync(usable, constants.W_OK | constants.X_OK)
  } catch {
    return fail(name, `${usable} cannot be written`, `Give this user the right to write it (chown, chmod), or choose another one with --data.`)
  }
  const settings = path.join(full, 'settings.json')
  if (!existsSync(settings)) return ok(name, `${full} can be made (\`inlet up\` does it)`)
  try {
    JSON.parse(readFileSync(settings, 'utf8'))
  } catch {
    return fail(name, `${settings} cannot be read or is damaged`, 'Restore it from a backup: it holds the encryption key of the stored secrets.')
  }
  const open = statSync(settings).mode & 0o077
  return open === 0 ? ok(name, full) : warn(name, `others may read ${settings}, which holds secrets`, `chmod 600 ${settings}`)
}

/** Checks the space for what Postgres and the workers write. */
export const checkDisk = (folder: string): Finding => {
  const { bavail, bsize } = statfsSync(nearestExisting(path.resolve(folder)))
  const free = (bavail * bsize) / GIB
  const text = `${free.toFixed(1)} GiB free`
  if (free < 1) return fail('disk', text, 'Make room: Postgres stops when its disk is full.')
  return free < 5 ? warn('disk', text, 'Make room soon: records, and files that are read, need it.') : ok('disk', text)
}

/** Checks whether the API's port is free, or used by the installation itself. */
export const checkPort = async (port: number, runningUrl: string | null): Promise<Finding> => {
  const name = `port ${port}`
  if (await isPortFree(port)) return ok(name, 'free')
  if (runningUrl !== null && new URL(runningUrl).port === String(port)) return ok(name, 'used by this installation')
  if (await isInlet(port)) return ok(name, "used by an API of Inlet's")
  return warn(name, 'taken by another program', 'inlet up takes a free port instead; choose one with --port, or stop that program.')
}

/** Where the processes are started one by one, no file says which API runs here. */
const isInlet = async (port: number): Promise<boolean> => {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/ready`, { signal: AbortSignal.timeout(2000) })
    const { checks } = (await response.json()) as { readonly checks?: readonly { readonly name?: unknown }[] }
    return checks?.some(({ name }) => name === 'migrations') ?? false
  } catch {
    return false
  }
}

/** Checks programs that some connectors start. */
export const checkProgram = (program: { readonly names: readonly string[]; readonly purpose: string }): Finding => {
  const { names, purpose } = program
  const [name = ''] = names
  for (const one of names) {
    const { status, stdout } = spawnSync(one, ['--version'], { encoding: 'utf8', timeout: 10_000 })
    if (status === 0) return ok(name, stdout.trim().split('\n')[0] ?? '')
  }
  return skip(name, `not installed; only needed for ${purpose}`)
}

/** Checks the folders that workers may read from, as in INLET_FILE_ROOTS; elsewhere a misspelled one only shows as missing files. */
export const checkRoots = (roots: string | undefined): readonly Finding[] =>
  (roots ?? '')
    .split(',')
    .map((root) => root.trim())
    .filter((root) => root !== '' && !existsSync(root))
    .map((root) =>
      fail(
        'file roots',
        `${root} does not exist`,
        'Create or mount the folder again, or correct INLET_FILE_ROOTS: absolute folders, separated by commas.',
      ),
    )

const nearestExisting = (place: string): string => (existsSync(place) || path.dirname(place) === place ? place : nearestExisting(path.dirname(place)))
