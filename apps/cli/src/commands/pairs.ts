import { readFileSync } from 'node:fs'

/** Splits `name=value`. Throws with the expected form. */
export const splitPair = (text: string, how: string): readonly [string, string] => {
  const at = text.search(/[=:]/u)
  if (at < 1) throw new Error(`write ${how}`)
  return [text.slice(0, at), text.slice(at + 1)]
}

type Env = Readonly<Record<string, string | undefined>>

/**
 * Reads secrets from the environment or from files: others on the machine can see a command's arguments. Returns null for none; throws for a missing
 * one.
 */
export const readSecrets = (pairs: readonly string[], env: Env): Readonly<Record<string, string>> | null =>
  pairs.length === 0 ? null : Object.fromEntries(pairs.map((pair) => readPair(pair, env)))

const readPair = (pair: string, env: Env): readonly [string, string] => {
  const [, name = '', kind = '', from = ''] = /^([^=]+)=(env|file):(.+)$/su.exec(pair) ?? []
  if (name === '') throw new Error('write --secret name=env:VARIABLE or --secret name=file:path; the secret itself does not belong in a command')
  return [name, readSecret(`${kind}:${from}`, env)]
}

/** Returns the value of `env:NAME` or `file:path`. Throws when there is none. */
export const readSecret = (reference: string, env: Env): string => {
  const [, kind, from = ''] = /^(env|file):(.+)$/su.exec(reference) ?? []
  if (kind === undefined) throw new Error('give a secret as env:VARIABLE or file:path; the secret itself does not belong in a command')
  const value = kind === 'env' ? env[from] : readFileSync(from, 'utf8').replace(/\r?\n$/u, '')
  if (value === undefined || value === '') throw new Error(kind === 'env' ? `${from} is not set` : `${from} is empty`)
  return value
}
