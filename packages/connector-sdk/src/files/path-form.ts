import path from 'node:path'
import { Failure } from '@inlet/domain'

/** Kernel file systems whose "regular files" expose the process itself. */
const NEVER = ['/proc', '/sys', '/dev']

/** Throws PATH_NOT_ALLOWED for a path that is refused by its form alone, before the file system is consulted. */
export const checkPathForm = (input: string): void => {
  if (input === '') throw refuse('an empty path is not allowed')
  if (input.includes('\0')) throw refuse('a path with a NUL character is not allowed')
  if (Buffer.byteLength(input) > 4096) throw refuse('a path has at most 4,096 bytes')
  for (const segment of input.split(/[/\\]/)) {
    if (segment === '..' || /^(?:\.|%2e){2}$/i.test(segment)) throw refuse('a path with ".." is not allowed')
  }
  if (/%(?:2f|5c|00)/i.test(input)) throw refuse('a path with an encoded separator is not allowed')
}

/** Whether a path is the folder itself or lies below it; both absolute and normalized. */
export const isWithin = (candidate: string, folder: string): boolean =>
  candidate === folder || candidate.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep)

/** Whether the path belongs to the kernel and is refused whatever the roots are. */
export const isKernelPath = (candidate: string): boolean => NEVER.some((folder) => isWithin(candidate, folder))

export const refuse = (message: string): Failure => new Failure('PATH_NOT_ALLOWED', message)
