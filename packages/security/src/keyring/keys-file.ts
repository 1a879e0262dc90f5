import { readFileSync } from 'node:fs'
import { type Env, EnvError } from '@inlet/runtime'

const KEYS = 'INLET_ENCRYPTION_KEYS'
const FILE = 'INLET_ENCRYPTION_KEYS_FILE'

/**
 * The environment with the master keys out of the file that INLET_ENCRYPTION_KEYS_FILE names, one key a line or separated by
 * commas. Without that key the environment stays as it is. Throws `EnvError`: a file that cannot be read, or keys given twice.
 */
export const withKeysFile = (env: Env): Env => {
  const file = env[FILE]
  if (file === undefined || file === '') return env
  if (env[KEYS] !== undefined && env[KEYS] !== '') throw new EnvError([{ key: FILE, rule: `is set beside ${KEYS}; set one of the two` }])
  return { ...env, [KEYS]: readKeys(file) }
}

const readKeys = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
      .split(/[\s,]+/u)
      .filter((part) => part !== '')
      .join(',')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new EnvError([{ key: FILE, rule: `names a file that cannot be read (${code ?? 'unknown error'})` }])
  }
}
