import { readFileSync } from 'node:fs'
import { type Env, EnvError } from './parse-env.js'

/** Settings that hold secrets: each may be in a file instead, e.g. a mounted secret, named by `<KEY>_FILE`. */
const KEYS = ['DATABASE_URL', 'REDIS_URL', 'INLET_ENCRYPTION_KEYS'] as const

/**
 * Returns the environment with these settings read from their files, and without the file names. Master keys are one per line or separated by commas.
 * Without files, the environment is returned unchanged. Throws `EnvError` for a file that cannot be read, or a setting given twice.
 */
export const withSecretFiles = (env: Env): Env => {
  const named = KEYS.filter((key) => (env[`${key}_FILE`] ?? '') !== '')
  if (named.length === 0) return env
  const twice = named.filter((key) => (env[key] ?? '') !== '')
  if (twice.length > 0) throw new EnvError(twice.map((key) => ({ key: `${key}_FILE`, rule: `is set beside ${key}; set one of the two` })))
  return {
    ...env,
    ...Object.fromEntries(named.flatMap((key) => [[key, readValue(key, env[`${key}_FILE`] ?? '')] as const, [`${key}_FILE`, undefined] as const])),
  }
}

const readValue = (key: (typeof KEYS)[number], file: string): string => {
  try {
    const text = readFileSync(file, 'utf8').trim()
    return key === 'INLET_ENCRYPTION_KEYS' ? text.split(/[\s,]+/u).join(',') : text
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new EnvError([{ key: `${key}_FILE`, rule: `names a file that cannot be read (${code ?? 'unknown error'})` }])
  }
}
