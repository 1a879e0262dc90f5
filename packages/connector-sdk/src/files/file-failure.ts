import { statfsSync } from 'node:fs'
import { hostname } from 'node:os'
import { diskFull, Failure, isDiskFull, type Reason } from '@inlet/domain'

const UNMOUNTED = 'cannot be read: what is mounted there does not answer'

const REASONS: Readonly<Record<string, readonly [Reason, string]>> = {
  ENOENT: ['NOT_FOUND_UPSTREAM', 'does not exist'],
  ENOTDIR: ['NOT_FOUND_UPSTREAM', 'does not exist'],
  EACCES: ['FILE_NOT_READABLE', 'may not be read by this process'],
  EPERM: ['FILE_NOT_READABLE', 'may not be read by this process'],
  ELOOP: ['PATH_ESCAPE', 'is a link where none is followed'],
  ENXIO: ['NOT_A_REGULAR_FILE', 'is not a regular file'],
  EISDIR: ['NOT_A_REGULAR_FILE', 'is a folder'],
  ESTALE: ['FILES_UNAVAILABLE', UNMOUNTED],
  ENOTCONN: ['FILES_UNAVAILABLE', UNMOUNTED],
  ENODEV: ['FILES_UNAVAILABLE', UNMOUNTED],
  EHOSTDOWN: ['FILES_UNAVAILABLE', UNMOUNTED],
  ENAMETOOLONG: ['PATH_NOT_ALLOWED', 'has a name that is too long'],
}

/** Returns the failure for a file system error; UPSTREAM_ERROR, which is retried, for an unusual one. */
export const toFileFailure = (thrown: unknown, path: string): Failure => {
  if (thrown instanceof Failure) return thrown
  if (isDiskFull(thrown)) return diskFull(thrown)
  const code = codeOf(thrown) ?? 'unknown error'
  const [reason, text] = REASONS[code] ?? (['UPSTREAM_ERROR', `cannot be read (${code})`] as const)
  return new Failure(reason, `${path} ${text}`, { cause: thrown })
}

/** Returns the failure of a folder that operators provide: whatever is wrong with it, it is theirs to repair. `what`: its role, before its path. */
export const toFolderFailure = (thrown: unknown, folder: string, what: string): Failure => {
  const failure = toFileFailure(thrown, folder)
  if (failure.reason === 'FILE_NOT_READABLE') return failure
  return new Failure('FILES_UNAVAILABLE', `${what} ${failure.message}`, { cause: thrown })
}

/** Returns the failure of the folder that this process works in. */
export const toWorkFolderFailure = (thrown: unknown, folder: string): Failure => {
  if (thrown instanceof Failure) return thrown
  if (isDiskFull(thrown)) return workFolderFull(folder, { cause: thrown })
  return workFolderUnusable(folder, { detail: codeOf(thrown) ?? 'unknown error', cause: thrown })
}

interface WorkFolderFault {
  /** What the system said. */
  readonly detail?: string
  readonly cause: unknown
}

/** Says where, and how large the disk is: a failed run removes what it wrote, so there is room again afterwards. */
export const workFolderFull = (folder: string, { detail, cause }: WorkFolderFault): Failure =>
  new Failure(
    'DISK_FULL',
    `the disk with the work folder ${folder} on ${hostname()} is full${sizeOf(folder)}; what a failed run wrote there is removed again${said(detail)}`,
    { cause },
  )

/** A folder that cannot be written for another reason than its size. */
export const workFolderUnusable = (folder: string, { detail, cause }: WorkFolderFault): Failure =>
  new Failure('WORK_FOLDER_UNUSABLE', `the work folder ${folder} on ${hostname()} cannot be written${said(detail)}`, { cause })

const said = (detail: string | undefined): string => (detail === undefined || detail === '' ? '' : ` (${detail})`)

const MIB = 1_048_576

const sizeOf = (folder: string): string => {
  try {
    const { blocks, bsize } = statfsSync(folder)
    return ` (${Math.ceil((blocks * bsize) / MIB)} MiB in all)`
  } catch {
    return ''
  }
}

const codeOf = (thrown: unknown): string | undefined => {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}
