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
  if (thrown instanceof Failure || isDiskFull(thrown)) return toFileFailure(thrown, folder)
  return new Failure('WORK_FOLDER_UNUSABLE', `the work folder ${folder} cannot be written (${codeOf(thrown) ?? 'unknown error'})`, { cause: thrown })
}

const codeOf = (thrown: unknown): string | undefined => {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}
