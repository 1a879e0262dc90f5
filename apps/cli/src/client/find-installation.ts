import { readFileSync } from 'node:fs'
import path from 'node:path'
import { isUrl } from '@inlet/domain'
import { DATA_FOLDERS } from '../stack/data-folder.js'
import { getContext, readContexts } from './contexts.js'

export interface InstallationFlags {
  readonly url?: string | undefined
  readonly key?: string | undefined
  /** A context stored by `inlet login`. */
  readonly context?: string | undefined
  /** The data folder of a local installation; default: those of `up` and of the demo. */
  readonly data?: string | undefined
}

/** The address of an API, and the key for it. */
export interface Installation {
  readonly url: string
  readonly key: string
}

type Env = Readonly<Record<string, string | undefined>>

/** Environment variables that name an installation. */
export const COMMAND_KEYS = ['INLET_URL', 'INLET_API_KEY', 'INLET_CONTEXT'] as const

/**
 * Finds the installation that commands use: flags, otherwise INLET_URL and INLET_API_KEY, otherwise the context of INLET_CONTEXT or the current one,
 * otherwise the one that runs from a data folder. Stored keys are only sent to their own address: that of a context, or this machine. Throws with the
 * next step.
 */
export const findInstallation = (flags: InstallationFlags, env: Env): Installation => {
  const given = nonEmpty(flags.url) ?? (flags.context === undefined ? nonEmpty(env['INLET_URL']) : undefined)
  const stored = given === undefined ? storedContext(flags, env) : null
  const folder = folderOf(flags)
  const url = toUrl(given ?? stored?.url ?? urlOfFolder(folder))
  const key = nonEmpty(flags.key) ?? (stored === null || flags.context === undefined ? nonEmpty(env['INLET_API_KEY']) : undefined)
  if (key !== undefined) return { url: url.href, key: key.trim() }
  const own = stored?.key ?? keyOfContext(url, env) ?? (isLoopback(url) ? readMember(path.join(folder, 'settings.json'), 'adminKey') : undefined)
  if (own === undefined)
    throw new Error(`no API key for ${url.origin}: sign in with \`inlet login\`, set INLET_API_KEY, or give --key (inlet keys create makes one)`)
  return { url: url.href, key: own }
}

const nonEmpty = (text: string | undefined): string | undefined => (text === undefined || text.trim() === '' ? undefined : text)

/**
 * Returns the context of the flag, otherwise that of INLET_CONTEXT, otherwise the current one; an explicit data folder takes precedence over the
 * latter two.
 */
const storedContext = ({ context, data }: InstallationFlags, env: Env): Installation | null => {
  if (context !== undefined) return getContext(readContexts(env), context)
  if (data !== undefined) return null
  const named = nonEmpty(env['INLET_CONTEXT'])
  if (named !== undefined) return getContext(readContexts(env), named)
  const { current, contexts } = readContexts(env)
  return current === null ? null : (contexts[current] ?? null)
}

const keyOfContext = ({ origin }: URL, env: Env): string | undefined =>
  Object.values(readContexts(env).contexts).find(({ url }) => isUrl(url) && new URL(url).origin === origin)?.key

/** Returns the explicit data folder, otherwise the first from which an installation runs. */
export const folderOf = ({ data }: Pick<InstallationFlags, 'data'>): string => {
  const folders = data === undefined ? DATA_FOLDERS : [data]
  return folders.find((folder) => readMember(path.join(folder, 'running.json'), 'url') !== undefined) ?? folders[0] ?? ''
}

const toUrl = (text: string): URL => {
  const url = isUrl(text) ? new URL(text) : null
  if (url === null || !/^https?:$/u.test(url.protocol)) throw new Error(`"${text}" is not the address of an API; use e.g. http://127.0.0.1:3210`)
  return url
}

const urlOfFolder = (folder: string): string => {
  const url = readMember(path.join(folder, 'running.json'), 'url')
  if (url === undefined || !isUrl(url))
    throw new Error(
      `no installation runs from ${path.resolve(folder)}: start one with \`inlet up\`, sign in to one with \`inlet login\`, or name one with --url or INLET_URL`,
    )
  return url
}

const isLoopback = ({ hostname }: URL): boolean => hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/u.test(hostname)

const readMember = (file: string, name: string): string | undefined => {
  try {
    const value = (JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>)[name]
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
