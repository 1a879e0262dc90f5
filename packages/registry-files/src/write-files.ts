import type { RegistryEntry } from '@inlet/contract'
import { Document, isMap, isScalar, type YAMLMap } from 'yaml'

/** The part of a source that is written to a file. */
type WrittenEntry = Pick<RegistryEntry, 'definition' | 'secrets'>

const ORDER = ['name', 'connector', 'credential', 'config', 'mapping', 'schedule', 'labels', 'freshWithin', 'language', 'paused']

/**
 * Writes sources to a file that `parseSourceFiles` reads back to the same definitions: sources by slug, fields in a fixed order,
 * members of objects by name. Secrets are named only in comments; if omitted, they stay as they are.
 */
export const writeSourceFile = (entries: readonly WrittenEntry[]): string => {
  const sorted = [...entries].sort((a, b) => (String(a.definition['slug']) < String(b.definition['slug']) ? -1 : 1))
  // A map, since an object would put slugs that look like numbers first.
  const fields = new Map(sorted.map((entry) => [String(entry.definition['slug']), toFields(entry)]))
  const document = new Document({ sources: fields }, { aliasDuplicateObjects: false })
  const sources = document.get('sources')
  if (isMap(sources)) for (const [index, entry] of sorted.entries()) annotate(sources, index, entry)
  return document.toString({ lineWidth: 0, singleQuote: true })
}

const toFields = ({ definition }: WrittenEntry): Readonly<Record<string, unknown>> => {
  const names = [...ORDER, ...Object.keys(definition).sort()].filter((name, index, all) => all.indexOf(name) === index && name !== 'slug')
  // What a file may omit: a name that equals the slug, and empty settings.
  const isDefault = (name: string): boolean =>
    (name === 'name' && definition[name] === definition['slug']) || (name === 'config' && isEmpty(definition[name]))
  const present = names.filter((name) => definition[name] !== undefined && !isDefault(name))
  return Object.fromEntries(present.map((name) => [name, sortMembers(definition[name])]))
}

const isEmpty = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0

const sortMembers = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortMembers)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, inner]): [string, unknown] => [name, sortMembers(inner)])
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

const annotate = (sources: YAMLMap, index: number, { secrets, definition }: WrittenEntry): void => {
  const key = sources.items[index]?.key
  if (!isScalar(key)) return
  if (index > 0) key.spaceBefore = true
  if (secrets.length === 0) return
  const references = secrets.map((name) => `${name}: { fromEnv: ${toVariable(String(definition['slug']), name)} }`)
  key.commentBefore = ` Its secrets (${secrets.join(', ')}) stay as they are. To keep them from here:\n secrets: { ${references.join(', ')} }`
}

const toVariable = (slug: string, name: string): string => `${slug}_${name}`.replaceAll(/(?<=[a-z])(?=[A-Z])|\W/gu, '_').toUpperCase()
