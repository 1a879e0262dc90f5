import { readFileSync } from 'node:fs'
import path from 'node:path'
import { isUrl } from '@inlet/domain'
import { DATA_FOLDERS } from '../stack/data-folders.js'

export interface InstallationFlags {
  readonly url?: string | undefined
  readonly key?: string | undefined
  /** The data folder of a local installation; without it those of `up` and of the demo are looked into. */
  readonly data?: string | undefined
}

/** Where an API is, and the key to it. */
export interface Installation {
  readonly url: string
  readonly key: string
}

type Env = Readonly<Record<string, string | undefined>>

/** Keys of the environment that name an installation. */
export const COMMAND_KEYS = ['INLET_URL', 'INLET_API_KEY'] as const

/**
 * The installation that commands talk to: flags, else INLET_URL and INLET_API_KEY, else the one that runs from a data
 * folder. The key of a data folder is sent to this machine alone. Throws with the next step.
 */
export const findInstallation = (flags: InstallationFlags, env: Env): Installation => {
  const folders = flags.data === undefined ? DATA_FOLDERS : [flags.data]
  const folder = folders.find((name) => readMember(path.join(name, 'running.json'), 'url') !== undefined) ?? folders[0] ?? ''
  const url = toUrl(nonEmpty(flags.url) ?? nonEmpty(env['INLET_URL']) ?? urlOfFolder(folder))
  const given = nonEmpty(flags.key) ?? nonEmpty(env['INLET_API_KEY'])
  if (given !== undefined) return { url: url.href, key: given.trim() }
  const own = isLoopback(url) ? readMember(path.join(folder, 'settings.json'), 'adminKey') : undefined
  if (own === undefined) throw new Error(`no API key for ${url.origin}: set INLET_API_KEY, or give --key (inlet keys create makes one)`)
  return { url: url.href, key: own }
}

const nonEmpty = (text: string | undefined): string | undefined => (text === undefined || text.trim() === '' ? undefined : text)

const toUrl = (text: string): URL => {
  const url = isUrl(text) ? new URL(text) : null
  if (url === null || !/^https?:$/u.test(url.protocol)) throw new Error(`"${text}" is no address of an API; write e.g. http://127.0.0.1:3210`)
  return url
}

const urlOfFolder = (folder: string): string => {
  const url = readMember(path.join(folder, 'running.json'), 'url')
  if (url === undefined || !isUrl(url))
    throw new Error(`no installation runs from ${path.resolve(folder)}: start one with \`inlet up\`, or name one with --url or INLET_URL`)
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
