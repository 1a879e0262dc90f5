import { lstat } from 'node:fs/promises'
import path from 'node:path'
import { Failure, toFileFailure } from '@inlet/connector-sdk'
import { parseGlob, relativeTo } from '../../parsing/listing/glob.js'
import { findTargets } from '../../parsing/listing/targets.js'
import { walk } from '../../parsing/listing/walk.js'
import type { LogConnection } from '../connection.js'

export interface LogFile {
  /** The real path. */
  readonly path: string
  /** Relative to the allowed folder, for display. */
  readonly name: string
  /** Its folder, relative to the allowed one. */
  readonly folder: string
  readonly modifiedAtMs: number
}

export type ListedLog = LogFile | { readonly name: string; readonly failure: Failure }

/** Files last written this long before `since` are not opened: clocks differ, and a line is written after its request. */
const MARGIN_MS = 86_400_000
/** Far more than a cursor can hold. */
const MAX_FILES = 10_000

/**
 * Lists the logs that the settings name, least recently written first. Throws what `files.resolve` throws for a folder that is missing
 * or not allowed; skips a missing file, which may only be absent during a rotation.
 */
export const listLogs = async (connection: LogConnection, signal: AbortSignal): Promise<readonly ListedLog[]> => {
  const { config, files } = connection.ctx
  const paths = config.rotated ? [...config.paths, ...(await rotatedOf(connection))] : config.paths
  const targets = await findTargets({ paths, exclude: config.exclude, recursive: config.recursive }, files)
  if (targets === null) return []
  const since = config.since === undefined ? 0 : Date.parse(config.since) - MARGIN_MS
  const found: ListedLog[] = []
  for (const top of targets.tops) {
    for await (const entry of walk(top, { enters: targets.enters, signal })) {
      if ('unreadable' in entry) found.push({ name: relativeTo(targets.root, entry.unreadable), failure: entry.failure })
      else if (targets.accepts(entry.file)) {
        const listed = await describe(entry.file, targets.root)
        if (listed !== null && ('failure' in listed || listed.modifiedAtMs >= since)) found.push(listed)
      }
      if (found.length > MAX_FILES)
        throw new Failure('VALIDATION_FAILED', `the paths match more than ${MAX_FILES} files`, { field: 'config.paths', next: 'Name fewer files.' })
    }
  }
  return found.sort((a, b) => timeOf(a) - timeOf(b))
}

const timeOf = (log: ListedLog): number => ('failure' in log ? 0 : log.modifiedAtMs)

/** Returns null when it has vanished. */
const describe = async (file: string, root: string): Promise<ListedLog | null> => {
  const name = relativeTo(root, file)
  try {
    const stat = await lstat(file)
    return { path: file, name, folder: path.posix.dirname(name), modifiedAtMs: stat.mtimeMs }
  } catch (thrown) {
    const failure = toFileFailure(thrown, name)
    return failure.reason === 'NOT_FOUND_UPSTREAM' ? null : { name, failure }
  }
}

/** Returns patterns for access.log.1, access.log.2.gz and access.log-20260131 next to the access.log that is named. */
const rotatedOf = async ({ ctx }: LogConnection): Promise<readonly string[]> => {
  const patterns: string[] = []
  for (const named of ctx.config.paths) {
    const base = parseGlob(named).matches === undefined ? await placeOf((place) => ctx.files.resolve(place), named) : named
    if (base === null || base.endsWith('*') || base.endsWith('/')) continue
    patterns.push(`${base}.[0-9]*`, `${base}-[0-9]*`)
  }
  return patterns
}

/** Returns the real path of a file that may be missing; null for a folder, and where a pattern cannot be recognized by the name. */
const placeOf = async (resolve: (path: string) => Promise<string>, named: string): Promise<string | null> => {
  try {
    const real = await resolve(named)
    return (await lstat(real)).isDirectory() ? null : plain(real)
  } catch {
    const parent = await resolve(path.dirname(named)).catch(() => null)
    return parent === null ? null : plain(path.join(parent, path.basename(named)))
  }
}

const plain = (place: string): string | null => (parseGlob(place).matches === undefined ? place : null)
