import { type CheckWarning, type EgressTarget, parseJsonLossless, type StreamSpec, timeoutSignal } from '@inlet/connector-sdk'
import type { CallAnswer, CallParams } from '@inlet/contract'
import { Failure, type RejectedRecord, type SourceRecord, toFailure } from '@inlet/domain'
import { findStreamMapping, type MappedRecord, type Mapping, type MappingPool } from '@inlet/mapping'
import { type ConnectionDeps, type ConnectionRequest, openConnection } from '../../connections/open-connection.js'
import { createPageMapper } from '../../reading/map-page.js'
import { packRecord } from '../../writing/pack-record.js'
import { createCapturedLog } from './capture-log.js'
import { countRequests } from './count-requests.js'
import { type RawSample, readSample } from './read-sample.js'
import { type MappedSample, toAnswer } from './to-answer.js'

export interface TestDeps {
  readonly connecting: ConnectionDeps
  readonly mappings: Pick<MappingPool, 'map'>
  /** Limit for connecting and reading, in ms; default 7,500. */
  readonly readLimitMs?: number
}

export interface TestRequest {
  readonly request: ConnectionRequest
  readonly params: Params
}

const READ_LIMIT_MS = 7_500
/** Additional limit for mapping what was read; the call as a whole has 10 s. */
const MAP_LIMIT_MS = 1_800

type Params = CallParams<'test'>

/**
 * Runs the real connector once, or only a mapping on given records, and returns the result as JSON text. Stores nothing and moves no cursor; to the
 * connector, nothing is stored yet. Failures are part of the answer.
 */
export const testSource = async (deps: TestDeps, { request, params }: TestRequest, outer: AbortSignal): Promise<CallAnswer<'test'>> => {
  const { readLimitMs = READ_LIMIT_MS } = deps
  const startedAt = performance.now()
  const log = createCapturedLog(deps.connecting.secrets)
  const counted = countRequests(deps.connecting.http, log.log)
  const found: Found = { samples: [], specs: [], targets: [], hasSecrets: false, pushed: false, browsable: false, checked: false, checkWarnings: [] }
  const signal = timeoutSignal(readLimitMs, outer)
  const mapSignal = timeoutSignal(readLimitMs + MAP_LIMIT_MS, outer)
  const work = { deps: { ...deps, connecting: { ...deps.connecting, log: log.log, http: counted.http } }, params, found, signal, mapSignal }
  let failure: Failure | null = null
  try {
    if (params.sample === undefined) await readLive(work, request)
    else await addMapped(work, toRawSample(exactSample(params, params.sample), params.mapping))
  } catch (error) {
    outer.throwIfAborted()
    failure = signal.aborted ? new Failure('TIMEOUT', `the test was stopped after ${readLimitMs / 1_000} s`, { cause: error }) : toFailure(error)
    if (failure.code === 'internal') deps.connecting.log.error({ err: failure, connector: request.connector }, 'a test failed because of a defect')
  }
  const durationMs = Math.round(performance.now() - startedAt)
  const { mapping } = params
  return {
    json: toAnswer({
      ...found,
      subject: params.subject,
      mapping,
      failure,
      withoutConnector: params.sample !== undefined,
      requests: counted.requests,
      durationMs,
      log,
    }),
  }
}

interface Found {
  samples: MappedSample[]
  specs: readonly StreamSpec[]
  targets: readonly EgressTarget[]
  hasSecrets: boolean
  pushed: boolean
  browsable: boolean
  checked: boolean
  checkWarnings: readonly CheckWarning[]
}

interface Work {
  readonly deps: TestDeps
  readonly params: Params
  readonly found: Found
  /** One signal for connecting and reading, one for mapping. */
  readonly signal: AbortSignal
  readonly mapSignal: AbortSignal
}

const readLive = async (work: Work, request: ConnectionRequest): Promise<void> => {
  const { deps, params, found, signal } = work
  const connector = deps.connecting.findConnector(request.connector)
  found.browsable = connector?.browse !== undefined
  found.pushed = connector?.receive !== undefined
  const pooled = await openConnection(deps.connecting, { ...request, knowsRecords: false }, signal)
  try {
    found.targets = pooled.connector.egress?.(pooled.context.config) ?? []
    found.hasSecrets = Object.keys(pooled.context.secrets ?? {}).length > 0
    await reachTargets(deps.connecting.egress, found.targets, signal)
    found.checkWarnings = (await pooled.connector.check(pooled.connection, signal)) ?? []
    found.checked = true
    found.specs = await pooled.connector.streams(pooled.connection, signal)
    const wanted = params.stream === undefined ? found.specs : found.specs.filter(({ name }) => name === params.stream)
    if (wanted.length === 0) throw new Failure('NOT_FOUND_UPSTREAM', 'the source has no such stream', { field: 'stream' })
    const mapper = createPageMapper(deps.mappings, params.mapping)
    for (const spec of wanted) {
      mapper.check(spec)
      const sample = await readSample(pooled, spec, { limit: params.limit, signal })
      await addMapped(work, sample)
      if (sample.error !== undefined) throw sample.error
    }
  } finally {
    await pooled.connection[Symbol.asyncDispose]()
  }
}

/** Distinguishes a blocked address from a name that does not resolve before anything connects. */
const reachTargets = async (egress: ConnectionDeps['egress'], targets: readonly EgressTarget[], signal: AbortSignal): Promise<void> => {
  for (const target of targets) {
    if ('url' in target) {
      const { hostname, port, protocol } = egress.checkUrl(target.url)
      await egress.resolve(hostname, Number(port) || (protocol === 'https:' ? 443 : 80), signal)
    } else {
      egress.checkHost(target.host, target.port)
      await egress.resolve(target.host, target.port, signal)
    }
  }
}

type Sample = NonNullable<Params['sample']>

/** Keeps all digits of numbers, if the API sent the exact text. */
const exactSample = ({ sampleJson }: Params, sample: Sample): Sample =>
  sampleJson === undefined ? sample : (parseJsonLossless(sampleJson) as Sample)

const toRawSample = ({ stream, records }: Sample, mapping: Mapping | null): RawSample => {
  const deletes = findStreamMapping(mapping, stream)?.keys === 'set' ? 'sweep' : 'events'
  return {
    spec: { name: stream, kind: records[0]?.kind ?? 'row', incremental: true, deletes },
    // JSON that came over the API; its members were validated before.
    records: records.map(
      (given, n) => ({ ...given, data: given.data ?? {}, kind: given.kind ?? 'row', stream, key: given.key ?? `sample ${n + 1}` }) as SourceRecord,
    ),
    rejected: [],
    total: null,
    caveats: {},
  }
}

/** Adds the mapped records of a sample, and whether they could be stored. */
const addMapped = async ({ deps, params, found, mapSignal }: Work, sample: RawSample): Promise<void> => {
  const results = new Map<SourceRecord, MappedRecord>()
  for (const stream of new Set(sample.records.map((raw) => raw.stream))) {
    const own = findStreamMapping(params.mapping, stream)
    if (own === undefined) continue
    const upserts = sample.records.filter((raw) => raw.stream === stream && raw.op !== 'delete')
    for (const [n, result] of (await deps.mappings.map(own, upserts, mapSignal)).entries()) {
      const raw = upserts[n]
      if (raw !== undefined) results.set(raw, result)
    }
  }
  const mapped = sample.records.map((raw) => refuseUnstorable(raw, results.get(raw) ?? { records: [raw], rejected: null }))
  found.samples.push({ ...sample, mapped })
}

const refuseUnstorable = (raw: SourceRecord, result: MappedRecord): MappedRecord => {
  for (const each of result.records) {
    const { op, line } = packRecord(each)
    if (op !== 'q') continue
    // A quarantine entry that we wrote ourselves.
    const { r: reason, m: message } = JSON.parse(line) as { r: string; m: string }
    const rejected: RejectedRecord = { stream: raw.stream, key: raw.key, reason, message }
    return { records: [], rejected }
  }
  return result
}
