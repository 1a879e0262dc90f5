import { parseJsonLossless, timeoutSignal } from '@inlet/connector-sdk'
import type { CallAnswer, CallParams } from '@inlet/contract'
import { type Database, type Draft, findCredential, findDraft, listExamples, listSamples, listStreamNames } from '@inlet/db'
import {
  canonicalJson,
  compareMapped,
  Failure,
  findBroken,
  keyText,
  type MappedSample,
  type MappingExample,
  type SourceRecord,
  toFailure,
} from '@inlet/domain'
import { findStreamMapping, findUnknownStreams, type Mapping, type MappingPool } from '@inlet/mapping'
import { type ConnectionDeps, openConnection } from '../../connections/open-connection.js'
import { warnOfMapping } from '../source-test/warn-of-mapping.js'
import { type RawRecords, readSample } from './read-sample.js'
import { type BrokenExample, toReview } from './to-review.js'

export interface ReviewDeps {
  readonly database: Database
  readonly connecting: ConnectionDeps
  readonly mappings: Pick<MappingPool, 'map'>
}

const PER_STREAM = 50
/** For reading with the config of one version: both must fit into the call. */
const READ_MS = 3_500

/** Tries the draft of a source and its live version on the same records and reports what would change. Stores nothing. */
export const reviewDraft = async (
  deps: ReviewDeps,
  call: { readonly sourceId: string; readonly connector: string; readonly params: CallParams<'review'> },
  signal: AbortSignal,
): Promise<CallAnswer<'review'>> => {
  const { sourceId } = call
  const draft = await findDraft(deps.database, sourceId)
  if (draft?.revision !== call.params.revision) throw new Failure('PRECONDITION_FAILED', 'the draft has changed in the meantime')
  const examples = await listExamples(deps.database, sourceId)
  const { before, after, raw, streams, kept, liveFailure } = await mapBoth(deps, { ...call, draft }, signal)
  const mapping = mappingOf(draft.content)
  const broken = await tryExamples(deps.mappings, mapping, examples, signal)
  const read = new Set(raw.map(({ stream }) => stream))
  const mistakes = [...read].flatMap((stream) =>
    warnOfMapping(
      mapping,
      {
        stream,
        raw: raw.filter((record) => record.stream === stream),
        stored: after.raw.filter((one) => one.stream === stream).flatMap(({ records }) => records),
      },
      Date.now(),
    ),
  )
  const warnings = [...findUnknownStreams(mapping, streams), ...mistakes]
  return toReview({
    comparison: compareMapped(before, after),
    records: after.raw.length,
    kept,
    liveFailure,
    examples: examples.length,
    broken,
    warnings,
  })
}

interface Both {
  readonly before: MappedSample
  readonly after: MappedSample
  /** Records read with the settings of the draft. */
  readonly raw: readonly SourceRecord[]
  /** Streams the source has with the settings of the draft. */
  readonly streams: readonly string[]
  /** Whether the records were stored by earlier runs; otherwise they were read just now. */
  readonly kept: boolean
  /** Why reading with the live version failed. */
  readonly liveFailure: Failure | null
}

interface Subject {
  readonly sourceId: string
  readonly connector: string
  readonly draft: Draft
}

const mapBoth = async (deps: ReviewDeps, subject: Subject, signal: AbortSignal): Promise<Both> => {
  const { content, live } = subject.draft
  const map = (mapping: Mapping | null, raw: RawRecords): Promise<MappedSample> => mapSample(deps.mappings, mapping, raw, signal)
  const sameConfig = canonicalJson(content.config) === canonicalJson(live.content.config)
  const samples = sameConfig ? await readSamples(deps.database, subject.sourceId) : null
  const raw = samples ?? (await readWith(deps, subject, content.config, signal))
  const after = await map(mappingOf(content), raw)
  const streams = [...raw.streams, ...raw.records.map(({ stream }) => stream)]
  if (sameConfig)
    return { before: await map(mappingOf(live.content), raw), after, raw: raw.records, streams, kept: samples !== null, liveFailure: null }
  try {
    const liveRaw = await readWith(deps, subject, live.content.config, signal)
    return { before: await map(mappingOf(live.content), liveRaw), after, raw: raw.records, streams, kept: false, liveFailure: null }
  } catch (thrown) {
    // A draft may be the repair of a version that can no longer be read.
    return { before: { raw: [], complete: new Set() }, after, raw: raw.records, streams, kept: false, liveFailure: toFailure(thrown) }
  }
}

/** Casts the mapping of a version: expressions are validated when they are saved. */
const mappingOf = (content: Draft['content']): Mapping | null => content.mapping as Mapping | null

/** Returns null when none are stored. All versions see the same records, so none is missing from the sample of another. */
const readSamples = async (database: Database, sourceId: string): Promise<RawRecords | null> => {
  const samples = await listSamples(database, sourceId)
  if (samples.length === 0) return null
  const records = samples.map(({ record }) => parseJsonLossless(record) as SourceRecord)
  return { records, complete: new Set(records.map(({ stream }) => stream)), streams: await listStreamNames(database, sourceId) }
}

const readWith = async (deps: ReviewDeps, { sourceId, connector }: Subject, config: unknown, signal: AbortSignal): Promise<RawRecords> => {
  const limited = timeoutSignal(READ_MS, signal)
  const credential = await findCredential(deps.database, sourceId)
  const pooled = await openConnection(deps.connecting, { sourceId, connector, config, credential, knowsRecords: false }, limited)
  try {
    return await readSample(pooled, { perStream: PER_STREAM, signal: limited })
  } finally {
    await pooled.connection[Symbol.asyncDispose]()
  }
}

/** Maps raw records as a version would; without a mapping they stay as they are. */
export const mapSample = async (
  mappings: Pick<MappingPool, 'map'>,
  mapping: Mapping | null,
  sample: RawRecords,
  signal: AbortSignal,
): Promise<MappedSample> => {
  const byStream = groupByStream(sample.records)
  const raw: MappedSample['raw'][number][] = []
  for (const [stream, records] of byStream) {
    const rule = findStreamMapping(mapping, stream)
    const mapped = rule === undefined ? records.map((record) => ({ records: [record], rejected: null })) : await mappings.map(rule, records, signal)
    for (const [n, record] of records.entries()) {
      const { records: mappedRecords = [], rejected = null } = mapped[n] ?? {}
      raw.push({ stream, key: keyText(record.key), records: mappedRecords, rejected })
    }
  }
  return { raw, complete: sample.complete }
}

const groupByStream = (records: readonly SourceRecord[]): ReadonlyMap<string, readonly SourceRecord[]> => {
  const groups = new Map<string, SourceRecord[]>()
  for (const record of records) {
    const group = groups.get(record.stream)
    if (group === undefined) groups.set(record.stream, [record])
    else group.push(record)
  }
  return groups
}

/** Returns the examples that a mapping fails. */
export const tryExamples = async (
  mappings: Pick<MappingPool, 'map'>,
  mapping: Mapping | null,
  examples: readonly MappingExample[],
  signal: AbortSignal,
): Promise<readonly BrokenExample[]> => {
  const broken: BrokenExample[] = []
  for (const example of examples) {
    const { name, stream } = example
    const record = { ...example.record, stream }
    const rule = findStreamMapping(mapping, stream)
    const [made] = rule === undefined ? [{ records: [record], rejected: null }] : await mappings.map(rule, [record], signal)
    const message = made?.rejected?.message ?? findBroken(example, made?.records ?? [])
    if (message !== null) broken.push({ name, stream, message })
  }
  return broken
}
