import { readFileSync } from 'node:fs'
import path from 'node:path'

/** Where secrets come from when files are applied. */
export interface SecretOrigin {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folder of the file, to which `fromFile` is relative. */
  readonly folder: string
}

interface Finding {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** Secrets with their references resolved, or what is wrong with them. Never both, and no message contains a value. */
export type ResolvedSecrets = { readonly secrets: Readonly<Record<string, unknown>> } | { readonly findings: readonly Finding[] }

const HOW = 'write { fromEnv: NAME } or { fromFile: path } instead'

/** Replaces `{ fromEnv: NAME }` and `{ fromFile: path }` at any depth; every value must be one of them. */
export const resolveSecrets = (secrets: Readonly<Record<string, unknown>>, origin: SecretOrigin): ResolvedSecrets => {
  const findings: Finding[] = []
  const resolve = (value: unknown, where: readonly PropertyKey[]): unknown => {
    const fail = (message: string): undefined => void findings.push({ path: where, message })
    if (Array.isArray(value)) return value.map((item, index) => resolve(item, [...where, index]))
    if (typeof value !== 'object' || value === null) return fail(`a secret must not stand in a file: ${HOW}`)
    const [name, ...others] = Object.keys(value)
    const reference: unknown = (value as Record<string, unknown>)[name ?? '']
    if (name !== 'fromEnv' && name !== 'fromFile')
      return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, resolve(inner, [...where, member])]))
    if (others.length > 0 || typeof reference !== 'string' || reference === '') return fail(`${name} takes one name and nothing beside it`)
    return name === 'fromEnv' ? fromEnv(reference, origin, fail) : fromFile(reference, origin, fail)
  }
  const resolved = Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, resolve(value, [name])]))
  return findings.length > 0 ? { findings } : { secrets: resolved }
}

type Fail = (message: string) => undefined

const fromEnv = (name: string, { env }: SecretOrigin, fail: Fail): string | undefined => {
  const value = env[name]
  return value === undefined || value === '' ? fail(`the environment variable ${name} is not set`) : value
}

const fromFile = (file: string, { folder }: SecretOrigin, fail: Fail): string | undefined => {
  const full = path.resolve(folder, file)
  try {
    // Editors and `echo` end a file with a newline that is not part of the secret.
    const text = readFileSync(full, 'utf8').replace(/\r?\n$/u, '')
    return text === '' ? fail(`the file ${full} is empty`) : text
  } catch (error) {
    return fail(`the file ${full} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`)
  }
}
