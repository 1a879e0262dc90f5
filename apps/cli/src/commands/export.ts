import { writeFileSync } from 'node:fs'
import type { RegistryEntry } from '@inlet/contract'
import { writeSourceFile } from '@inlet/registry-files'
import { collect } from '../client/list-all.js'
import { createHttpRegistry } from '../registry/http-registry.js'
import { type CommandContext, openApi, type RemoteFlags } from './context.js'

export interface ExportFlags extends Omit<RemoteFlags, 'output'> {
  readonly output?: string
  readonly owner?: string
}

/** `inlet export`: writes the registered sources to a file that `inlet apply` would apply without a change. */
export const exportSources = async (slugs: readonly string[], flags: ExportFlags, context: CommandContext): Promise<void> => {
  const registry = createHttpRegistry(openApi(flags, context))
  const all = await collect(registry.list({ managedBy: flags.owner }))
  const chosen = slugs.length === 0 ? all : slugs.map((slug) => find(all, slug))
  const text = flags.json ? `${JSON.stringify({ sources: Object.fromEntries(chosen.map(toMember)) }, null, 2)}\n` : writeSourceFile(chosen)
  if (flags.output === undefined) context.terminal.line(text.trimEnd())
  else writeFileSync(flags.output, text)
}

const find = (all: readonly RegistryEntry[], slug: string): RegistryEntry => {
  const entry = all.find(({ definition }) => definition['slug'] === slug)
  if (entry === undefined) throw new Error(`there is no source ${slug}; \`inlet sources\` lists them`)
  return entry
}

const toMember = ({ definition }: RegistryEntry): readonly [string, unknown] => {
  const { slug, ...fields } = definition
  return [String(slug), fields]
}
