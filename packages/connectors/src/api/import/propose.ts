import { compileGlobs, Failure, type Importer, type Proposal, toFailure } from '@inlet/connector-sdk'
import { configSchema } from '../config.js'
import { validateApi } from '../validate.js'
import { guessAuth } from './auth.js'
import { findBaseUrl } from './base-url.js'
import { nestStreams } from './nest-streams.js'
import { asObject, asText, isObject, type Node } from './node.js'
import { listOperations } from './operations.js'
import { MAX_DOCUMENT_BYTES, parseDocument } from './parse-document.js'
import { createResolver } from './resolver.js'
import { type Confidence, draftStream, type StreamDraft, type StreamInput } from './to-stream.js'

export interface ProposeOptions {
  /** Where the document was found, to resolve relative URLs. */
  readonly documentUrl: string | null
  /** Globs of paths to consider; empty: all. */
  readonly paths: readonly string[]
}

const MAX_STREAMS = 100
const MAX_OPERATIONS = 5_000
const MAX_SKIPPED = 1_000
const RANK: Readonly<Record<Confidence, number>> = { high: 0, medium: 1, low: 2 }

/** Proposes settings from an OpenAPI 3 or Swagger 2 document. Pure. Throws IMPORT_UNREADABLE. */
export const proposeConfig = (document: Node, options: ProposeOptions): Proposal => {
  if (!isObject(document) || (typeof document['openapi'] !== 'string' && document['swagger'] === undefined))
    throw new Failure('IMPORT_UNREADABLE', 'this is not an OpenAPI document: it has neither "openapi" nor "swagger"')
  const resolver = createResolver(document)
  const wanted = compileGlobs(options.paths.length === 0 ? ['**'] : options.paths, { dot: true, negate: true, withFolder: true })
  const all = listOperations(document, resolver).filter(({ path }) => [path, path.slice(1), path.replace(/\/$/, '')].some(wanted))
  const skipped: { path: string; why: string }[] = []
  const drafts: StreamDraft[] = []
  for (const operation of all.slice(0, MAX_OPERATIONS)) {
    const drafted = draftStream(resolver, operation)
    if ('draft' in drafted) drafts.push(drafted.draft)
    else skipped.push({ path: operation.path, why: drafted.why })
  }
  const nested = nestStreams(withDistinctNames(drafts))
  for (const one of nested) if ('why' in one) skipped.push(one)
  const found = nested.flatMap((one) => ('draft' in one ? [one.draft] : []))
  const base = findBaseUrl(document, options.documentUrl)
  const { auth, secrets, warning } = guessAuth(document, resolver)
  const settings = { url: base.url, ...(auth.kind !== 'none' && { auth }) }
  const chosen = choose(found.filter((draft) => isUsable(settings, draft, skipped)))
  if (chosen.length === 0)
    throw new Failure('IMPORT_UNREADABLE', `none of the ${all.length} GET operations returns a list of records with keys that can be distinguished`)
  const rest = found.length - chosen.length
  return {
    title: asText(asObject(document['info'])['title']).slice(0, 200) || 'API',
    config: { ...settings, streams: chosen.map(({ stream }) => stream) },
    secrets,
    streams: chosen.map(({ stream, confidence, warnings }) => ({ name: stream.name, path: stream.path, confidence, warnings })),
    skipped: skipped.slice(0, MAX_SKIPPED),
    warnings: [
      ...(base.warning === undefined ? [] : [base.warning]),
      ...(warning === undefined ? [] : [warning]),
      ...(resolver.remote.size === 0 ? [] : [`references to other documents are not followed: ${[...resolver.remote].slice(0, 5).join(', ')}`]),
      ...(rest > 0 ? [`${rest} further lists are left out; choose with paths`] : []),
      ...(all.length > MAX_OPERATIONS ? [`only the first ${MAX_OPERATIONS} operations were looked at`] : []),
    ],
  }
}

const withDistinctNames = (drafts: readonly StreamDraft[]): readonly StreamDraft[] => {
  const used = new Set<string>()
  return drafts.map((draft) => {
    let { name } = draft.stream
    for (let n = 2; used.has(name); n++) name = `${draft.stream.name}_${n}`
    used.add(name)
    return { ...draft, stream: { ...draft.stream, name } }
  })
}

/** Picks the best drafts, with the parents they need, in document order. */
const choose = (drafts: readonly StreamDraft[]): readonly StreamDraft[] => {
  const byName = new Map(drafts.map((draft) => [draft.stream.name, draft]))
  const chosen = new Set<StreamDraft>()
  for (const draft of [...drafts].sort((a, b) => RANK[a.confidence] - RANK[b.confidence])) {
    const line = [draft]
    for (let up = parentOf(draft, byName); up !== undefined; up = parentOf(up, byName)) line.push(up)
    const isWhole = line.every(({ stream }) => stream.parent === undefined || byName.has(stream.parent.stream))
    const needed = line.filter((one) => !chosen.has(one))
    if (isWhole && chosen.size + needed.length <= MAX_STREAMS) for (const one of needed) chosen.add(one)
  }
  return drafts.filter((draft) => chosen.has(draft))
}

const parentOf = ({ stream }: StreamDraft, byName: ReadonlyMap<string, StreamDraft>): StreamDraft | undefined =>
  stream.parent === undefined ? undefined : byName.get(stream.parent.stream)

/** The connector's own rules have the last word; parents are checked separately. */
const isUsable = (settings: object, { stream }: StreamDraft, skipped: { path: string; why: string }[]): boolean => {
  const { parent: _parent, ...alone } = stream
  const checked: StreamInput = { ...alone, path: stream.path.replaceAll(/\{[^{}]*\}/g, 'x') }
  const parsed = configSchema.safeParse({ ...settings, auth: { kind: 'none' }, streams: [checked] })
  try {
    if (parsed.success) validateApi(parsed.data, {})
    else throw new Failure('VALIDATION_FAILED', parsed.error.issues[0]?.message ?? 'not valid')
    return true
  } catch (error) {
    skipped.push({ path: stream.path, why: `the connector cannot read it: ${toFailure(error).message}` })
    return false
  }
}

/** Proposes settings from OpenAPI 3.0, 3.1 and Swagger 2.0. */
export const openApiImporter: Importer = {
  format: 'OpenAPI 3.0 or 3.1, or Swagger 2.0; JSON or YAML',
  maxBytes: MAX_DOCUMENT_BYTES,
  propose: async ({ text, documentUrl, paths }, signal) => proposeConfig(await parseDocument(text, signal), { documentUrl, paths }),
}
