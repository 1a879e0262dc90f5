import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'

const contextsSchema = z.strictObject({
  current: z.string().nullable(),
  contexts: z.record(z.string(), z.strictObject({ url: z.string(), key: z.string() })),
})

/** Installations stored by `inlet login`, under short names; at most one of them is current. */
export type Contexts = z.infer<typeof contextsSchema>

type Env = Readonly<Record<string, string | undefined>>

/** Returns the file in the user's configuration folder, following the XDG Base Directory Specification. */
export const contextsFile = (env: Env): string => {
  const base = env['XDG_CONFIG_HOME'] || path.join(env['HOME'] || homedir(), '.config')
  return path.join(base, 'inlet', 'contexts.json')
}

/** Reads the contexts; empty when there is no file. Throws when it cannot be read. */
export const readContexts = (env: Env): Contexts => {
  const file = contextsFile(env)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { current: null, contexts: {} }
    throw new Error(`${file} cannot be read`, { cause: error })
  }
  try {
    return contextsSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new Error(`${file} is damaged; remove it and sign in again with \`inlet login\``, { cause: error })
  }
}

/** Writes the contexts so that nobody else can read the keys, and nobody ever reads half a file. */
export const writeContexts = (env: Env, contexts: Contexts): void => {
  const file = contextsFile(env)
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const own = `${file}.${process.pid}`
  try {
    writeFileSync(own, `${JSON.stringify(contexts, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    renameSync(own, file)
  } finally {
    rmSync(own, { force: true })
  }
}

/** Returns the context of a name. Throws with the existing names. */
export const getContext = ({ contexts }: Contexts, name: string): Contexts['contexts'][string] => {
  const found = Object.hasOwn(contexts, name) ? contexts[name] : undefined
  if (found !== undefined) return found
  const names = Object.keys(contexts)
  throw new Error(`there is no context "${name}"; ${names.length === 0 ? '`inlet login` makes one' : `there are: ${names.join(', ')}`}`)
}
