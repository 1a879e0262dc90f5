import { diskFull, Failure, isDiskFull, type Reason } from '@inlet/domain'

const REASONS: Readonly<Record<string, readonly [Reason, string]>> = {
  ENOENT: ['NOT_FOUND_UPSTREAM', 'does not exist'],
  ENOTDIR: ['NOT_FOUND_UPSTREAM', 'does not exist'],
  EACCES: ['FILE_NOT_READABLE', 'may not be read by this process'],
  EPERM: ['FILE_NOT_READABLE', 'may not be read by this process'],
  ELOOP: ['PATH_ESCAPE', 'is a link where none is followed'],
  ENXIO: ['NOT_A_REGULAR_FILE', 'is not a regular file'],
  EISDIR: ['NOT_A_REGULAR_FILE', 'is a folder'],
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

const codeOf = (thrown: unknown): string | undefined => {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}
