import { readFileSync } from 'node:fs'
import { EnvError } from './env-error.js'
import type { Env } from './parse-env.js'

/** Settings that hold secrets: each may stand in a file instead, which `<KEY>_FILE` names, e.g. a mounted secret. */
const KEYS = ['DATABASE_URL', 'REDIS_URL', 'INLET_ENCRYPTION_KEYS'] as const

/**
 * The environment with these settings out of their files, and without the names of the files. Master keys stand one a line or separated
 * by commas. Without files the environment stays as it is. Throws `EnvError`: a file that cannot be read, or a setting given twice.
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
