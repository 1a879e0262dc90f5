import path from 'node:path'
import { describeIssue, type SourceDefinition, sourceDefinition } from '@inlet/contract'
import { closeMatch } from '@inlet/runtime'
import { type Document, LineCounter } from 'yaml'
import { z } from 'zod'
import { createPositions, type FilePlace, type FileProblem, FilesInvalid, locate, type Positions } from './file-places.js'
import { NestedTooDeeply, parseYaml } from './parse-yaml.js'
import { resolveSecrets } from './secret-references.js'
import type { SourceFile } from './source-files.js'

/** A definition with its position in the file. */
export interface FiledDefinition {
  readonly definition: SourceDefinition
  readonly place: FilePlace
  /** Returns the position of a field, e.g. `config.url`. */
  placeOf(field: string): FilePlace
}

/** A document: `sources` by their slug; members named x-… hold the targets of YAML anchors. */
const document = z.strictObject({ sources: z.record(z.string(), z.looseObject({})) })

type Env = Readonly<Record<string, string | undefined>>

/** Parses the definitions in files, by slug. Throws {@link FilesInvalid} with everything that is wrong, each with its line. */
export const parseSourceFiles = (files: readonly SourceFile[], env: Env): readonly FiledDefinition[] => {
  const problems: FileProblem[] = []
  const found = files.flatMap((file) => parseFile(file, env, problems))
  const bySlug = new Map<string, FiledDefinition>()
  const byName = new Map<string, FiledDefinition>()
  for (const filed of found) {
    const { slug, name } = filed.definition
    const other = bySlug.get(slug)
    const namesake = byName.get(name.normalize('NFC').toLowerCase())
    const at = ({ place }: FiledDefinition): string => `${place.file}:${place.line}`
    if (other !== undefined) problems.push({ ...filed.place, message: `the source ${slug} is defined at ${at(other)} already` })
    else if (namesake !== undefined)
      problems.push({ ...filed.placeOf('name'), message: `the source ${namesake.definition.slug} at ${at(namesake)} has the name "${name}" already` })
    bySlug.set(slug, other ?? filed)
    byName.set(name.normalize('NFC').toLowerCase(), namesake ?? filed)
  }
  if (problems.length > 0) throw new FilesInvalid(problems.sort((a, b) => order(files, a, b)))
  return [...bySlug.values()].sort((a, b) => (a.definition.slug < b.definition.slug ? -1 : 1))
}

const order = (files: readonly SourceFile[], a: FileProblem, b: FileProblem): number => {
  const rank = ({ file }: FileProblem): number => files.findIndex((one) => one.file === file)
  return rank(a) - rank(b) || a.line - b.line || a.column - b.column
}

const parseFile = ({ file, text }: SourceFile, env: Env, problems: FileProblem[]): readonly FiledDefinition[] => {
  const lines = new LineCounter()
  return parseDocuments({ file, text }, lines, problems).flatMap((parsed) => {
    const positions = createPositions(file, parsed, lines)
    const report = (place: FilePlace, message: string): void => void problems.push({ ...place, message })
    for (const { pos, message } of [...parsed.errors, ...parsed.warnings]) report(positions.ofOffset(pos[0]), message)
    if (parsed.errors.length > 0) return []
    try {
      return readDocument(parsed.toJS({ maxAliasCount: 1_000 }), { file, env, positions, report })
    } catch (error) {
      report(positions.ofOffset(0), plainly(error instanceof Error ? error.message : String(error)))
      return []
    }
  })
}

const parseDocuments = ({ file, text }: SourceFile, lines: LineCounter, problems: FileProblem[]): readonly Document[] => {
  try {
    return parseYaml(text, lines)
  } catch (error) {
    if (!(error instanceof NestedTooDeeply)) throw error
    problems.push({ ...locate({ file, lines, offset: error.offset }), message: error.message })
    return []
  }
}

/** Aliases can nest values more deeply than a recursive walk can follow. */
const plainly = (message: string): string => (message.includes('call stack') ? 'this is nested too deeply' : message)

interface Reading {
  readonly file: string
  readonly env: Env
  readonly positions: Positions
  readonly report: (place: FilePlace, message: string) => void
}

const readDocument = (value: unknown, reading: Reading): readonly FiledDefinition[] => {
  // A document of only comments.
  if (value === null) return []
  const known =
    typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).filter(([name]) => !name.startsWith('x-') && name !== '<<'))
      : value
  const forbidden = findForbidden(known)
  if (forbidden !== null) {
    reading.report(reading.positions.ofKey(forbidden), 'the name "__proto__" is not allowed')
    return []
  }
  const parsed = document.safeParse(known)
  if (!parsed.success) {
    reportIssues(parsed.error.issues, { reading, prefix: [], known: ['sources'] })
    return []
  }
  return Object.entries(parsed.data.sources).flatMap(([slug, source]) => readSource(slug, source, reading))
}

const FIELDS = Object.keys(sourceDefinition.shape).filter((name) => name !== 'slug')

const readSource = (slug: string, source: Readonly<Record<string, unknown>>, reading: Reading): readonly FiledDefinition[] => {
  const prefix = ['sources', slug]
  const { positions, report } = reading
  if ('slug' in source) {
    report(positions.ofKey([...prefix, 'slug']), 'the slug is the name of the member: leave this line out')
    return []
  }
  const unsafe = findUnsafeNumber(source)
  if (unsafe !== null) {
    report(positions.ofValue([...prefix, ...unsafe]), 'the number is too large to be kept exactly: put it into quotes')
    return []
  }
  const parsed = sourceDefinition.safeParse({ name: slug, ...source, slug })
  const secrets = readSecrets(source['secrets'], prefix, reading)
  if (!parsed.success) reportIssues(parsed.error.issues, { reading, prefix, known: FIELDS })
  if (!parsed.success || secrets === null) return []
  const definition = { ...parsed.data, ...(secrets === undefined ? {} : { secrets }) }
  return [{ definition, place: positions.ofKey(prefix), placeOf: (field) => positions.ofValue([...prefix, ...field.split('.')]) }]
}

/** Returns undefined without secrets, null when they cannot be used. */
const readSecrets = (given: unknown, prefix: readonly string[], reading: Reading): Readonly<Record<string, unknown>> | null | undefined => {
  if (given === undefined) return undefined
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return null
  const resolved = resolveSecrets(given as Record<string, unknown>, { env: reading.env, folder: path.dirname(reading.file) })
  if ('secrets' in resolved) return resolved.secrets
  for (const { path: where, message } of resolved.findings) reading.report(reading.positions.ofValue([...prefix, 'secrets', ...where]), message)
  return null
}

const reportIssues = (
  issues: readonly z.core.$ZodIssue[],
  about: { readonly reading: Reading; readonly prefix: readonly string[]; readonly known: readonly string[] },
): void => {
  const { positions, report } = about.reading
  const misspelt = new Set<string>()
  for (const issue of issues.filter(({ code }) => code === 'unrecognized_keys'))
    for (const key of issue.code === 'unrecognized_keys' ? issue.keys : []) {
      const nearest = issue.path.length === 0 ? closeMatch(key, about.known) : undefined
      if (nearest !== undefined) misspelt.add(nearest)
      report(
        positions.ofKey([...about.prefix, ...issue.path, key]),
        `unknown field "${key}"${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`,
      )
    }
  for (const issue of issues.filter(({ code }) => code !== 'unrecognized_keys')) {
    const field = issue.path.join('.')
    // A field that is missing because it is misspelled is one problem.
    if (misspelt.has(field)) continue
    // The slug is the name of the member.
    const place = field === 'slug' ? positions.ofKey(about.prefix) : positions.ofValue([...about.prefix, ...issue.path])
    const message = isMissing(issue) ? 'is missing' : describeIssue(issue)
    report(place, field === '' ? message : `${field}: ${message}`)
  }
}

const isMissing = (issue: z.core.$ZodIssue): boolean => issue.code === 'invalid_type' && issue.message.endsWith('received undefined')

/** Schemas silently drop such members. */
const findForbidden = (value: unknown): readonly PropertyKey[] | null => {
  if (typeof value !== 'object' || value === null) return null
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__') return [name]
    const within = findForbidden(member)
    if (within !== null) return [name, ...within]
  }
  return null
}

const findUnsafeNumber = (value: unknown): readonly PropertyKey[] | null => {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value) ? [] : null
  if (typeof value !== 'object' || value === null) return null
  for (const [name, inner] of Object.entries(value)) {
    const found = findUnsafeNumber(inner)
    if (found !== null) return [name, ...found]
  }
  return null
}
