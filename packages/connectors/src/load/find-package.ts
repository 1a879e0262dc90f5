import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'

/** Where the code of a package begins. */
export interface FoundPackage {
  readonly name: string
  readonly version: string | null
  /** The absolute path of its entry point. */
  readonly entry: string
}

/** A package cannot be used; the message says why, without its name. */
export class UnusablePackage extends Error {
  override readonly name = 'UnusablePackage'
}

/**
 * Finds a package by its folder (a path that is absolute or begins with a dot) or by its name, which is looked up in node_modules as
 * Node does, upwards from each of the folders `from`. Throws `UnusablePackage`.
 */
export const findPackage = async (named: string, from: readonly [string, ...string[]]): Promise<FoundPackage> => {
  const isFolder = named.startsWith('.') || path.isAbsolute(named)
  const folder = isFolder ? path.resolve(from[0], named) : await findInstalled(named, from)
  if (!(await exists(folder))) throw new UnusablePackage(`there is no folder ${folder}`)
  const manifest = await readManifest(folder)
  const entry = path.join(folder, entryOf(manifest))
  if (/\.[cm]?tsx?$/.test(entry)) throw new UnusablePackage(`its entry ${entry} is TypeScript; build it, and name the built file in exports`)
  if (!(await exists(entry))) throw new UnusablePackage(`its entry ${entry} does not exist; build it (npm run build in ${folder})`)
  return { name: textOf(manifest['name']) ?? path.basename(folder), version: textOf(manifest['version']), entry }
}

const findInstalled = async (name: string, from: readonly string[]): Promise<string> => {
  if (!/^(@[\w.-]+\/)?[\w.-]+$/.test(name)) throw new UnusablePackage('it is neither the name of a package nor a folder that begins with ./ or /')
  for (const start of from)
    for (let folder = start; ; folder = path.dirname(folder)) {
      const candidate = path.join(folder, 'node_modules', name)
      if (await exists(path.join(candidate, 'package.json'))) return candidate
      if (folder === path.dirname(folder)) break
    }
  throw new UnusablePackage(`it is not installed; npm install ${name}, or write ./${name} if it is a folder`)
}

const readManifest = async (folder: string): Promise<Readonly<Record<string, unknown>>> => {
  const file = path.join(folder, 'package.json')
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new UnusablePackage(`it has no package.json (${file})`, { cause: error })
  }
  try {
    const manifest: unknown = JSON.parse(text)
    if (isObject(manifest)) return manifest
  } catch (error) {
    throw new UnusablePackage(`its package.json is not JSON (${file})`, { cause: error })
  }
  throw new UnusablePackage(`its package.json is not an object (${file})`)
}

/** `exports` (its `.` entry, as an ES module), otherwise `main`, otherwise index.js. */
export const entryOf = ({ exports, main }: Readonly<Record<string, unknown>>): string => {
  const root = isObject(exports) && '.' in exports ? exports['.'] : exports
  return targetOf(root) ?? textOf(main) ?? 'index.js'
}

/** Returns the target of the first matching condition, in the order they are written. */
const targetOf = (target: unknown): string | null => {
  if (!isObject(target)) return textOf(target)
  const [, chosen] = Object.entries(target).find(([condition]) => ['node', 'import', 'module-sync', 'default'].includes(condition)) ?? []
  return chosen === undefined ? null : targetOf(chosen)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  )
