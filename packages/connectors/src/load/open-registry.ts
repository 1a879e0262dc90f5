import { pathToFileURL } from 'node:url'
import type { Connector } from '@inlet/connector-sdk'
import { connectors as builtIn } from '../registry.js'
import { findPackage, UnusablePackage } from './find-package.js'
import { toConnector, validateConnector } from './validate-connector.js'

export interface RegisteredConnector {
  readonly connector: Connector
  /** Where it comes from; null for those that come with Inlet. */
  readonly package: { readonly name: string; readonly version: string | null } | null
}

/** All connectors available to a process. */
export interface ConnectorRegistry {
  readonly all: readonly RegisteredConnector[]
  readonly find: (type: string) => Connector | undefined
}

export interface OpenedRegistry {
  readonly registry: ConnectorRegistry
  /** Why packages cannot be used, each with its name; empty when all can. */
  readonly problems: readonly string[]
}

/** Creates a registry of connectors that are already loaded. */
export const createRegistry = (all: readonly RegisteredConnector[]): ConnectorRegistry => {
  const byType = new Map(all.map(({ connector }) => [connector.type, connector]))
  return { all, find: (type) => byType.get(type) }
}

/** The connectors that come with Inlet. */
export const BUILT_IN: readonly RegisteredConnector[] = builtIn.map((connector) => ({ connector, package: null }))

/**
 * Opens the built-in connectors and those of `packages`: names of installed packages, or folders relative to `folder`. Their code runs in this
 * process, with all its privileges. All problems are collected; use the registry only if there are none.
 */
export const openRegistry = async (packages: readonly string[], folder: string): Promise<OpenedRegistry> => {
  const all = [...BUILT_IN]
  const problems: string[] = []
  for (const named of packages) {
    const loaded = await load(named, folder)
    const clash = all.find(({ connector }) => connector.type === loaded.registered?.connector.type)
    const own = clash === undefined ? loaded.problems : [...loaded.problems, `its type "${clash.connector.type}" is that of ${originOf(clash)}`]
    problems.push(...own.map((problem) => `${named}: ${problem}`))
    if (loaded.registered !== null && own.length === 0) all.push(loaded.registered)
  }
  return { registry: createRegistry(all), problems }
}

const originOf = (clash: RegisteredConnector): string =>
  clash.package === null ? 'a connector that comes with Inlet' : `the package ${clash.package.name}`

const load = async (
  named: string,
  folder: string,
): Promise<{ readonly registered: RegisteredConnector | null; readonly problems: readonly string[] }> => {
  try {
    const { name, version, entry } = await findPackage(named, [folder, import.meta.dirname])
    const { default: value } = await importEntry(entry)
    const problems = validateConnector(value)
    return { registered: problems.length > 0 ? null : { connector: toConnector(value), package: { name, version } }, problems }
  } catch (error) {
    if (error instanceof UnusablePackage) return { registered: null, problems: [error.message] }
    throw error
  }
}

const importEntry = async (entry: string): Promise<{ readonly default?: unknown }> => {
  try {
    return (await import(pathToFileURL(entry).href)) as { readonly default?: unknown }
  } catch (error) {
    const [said] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new UnusablePackage(`its code cannot be loaded: ${said}`, { cause: error })
  }
}
