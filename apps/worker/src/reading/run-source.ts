import type { Cursor, StreamSpec } from '@inlet/connector-sdk'
import { type Database, finishLeasedRun, finishReread, type LeasedRun, prepareStreams, type RunFailure, reportUnknownStreams } from '@inlet/db'
import { addCaveats, type CaveatTally, Failure, toFailure } from '@inlet/domain'
import { findUnknownStreams, type Mapping, type MappingPool, type UnknownStream } from '@inlet/mapping'
import type { Logger, Metrics } from '@inlet/observability'
import type { ConnectionPool, PooledConnection } from '../connections/connection-pool.js'
import type { ConnectionDeps } from '../connections/open-connection.js'
import { openVersion } from '../connections/open-version.js'
import { credentialKey } from '../connections/retire-connections.js'
import type { Backlog } from '../writing/backlog.js'
import type { RepeatedKeys } from '../writing/batcher.js'
import type { RunLog, RunLogs } from '../writing/run-log.js'
import { createRunWriter, type PageWriter, type RunWriter, type WriterDeps } from '../writing/run-writer.js'
import { createSampleCollector } from './collect-samples.js'
import { startLeaseRenewal } from './lease-renewal.js'
import { leaveRun, type StopWith, toRunFailure } from './leave-run.js'
import { createPageMapper, mappingStateOf } from './map-page.js'
import { planBackfill } from './plan-backfill.js'
import { readStream } from './read-stream.js'
import { type RunResult, toEnded } from './run-result.js'
import { sweepGoneStreams } from './sweep-gone-streams.js'
import { type ConnectorLimits, createWaitPolicy, listen, openWithin, type WaitPolicy } from './wait-policy.js'

export interface RunDeps extends WriterDeps {
  readonly database: Database
  readonly connections: ConnectionPool
  readonly connecting: ConnectionDeps
  readonly backlog: Backlog
  readonly mappings: Pick<MappingPool, 'map'>
  /** Default: ten minutes. */
  readonly listenMs?: number | undefined
  /** How long a run waits for its connector. */
  readonly limits: ConnectorLimits
  /** How long a lease lasts without renewal, in ms. */
  readonly leaseTtlMs: number
  readonly metrics: Pick<Metrics, 'countError'>
  readonly runLogs?: Pick<RunLogs, 'open'>
  readonly log: Logger
}

interface StreamResult {
  readonly name: string
  readonly error?: RunFailure | undefined
  /** The stream was read, but something may be missing. */
  readonly incomplete?: RunFailure | undefined
}

/** How long a run listens to a continuous source: the next one follows at once, so this only determines the number of run rows. */
const LISTEN_MS = 600_000

/** Reads a leased run to its end, or leaves it early: parked, released on drain, or lost to another worker. */
export const runSource = async (deps: RunDeps, run: LeasedRun, drain: AbortSignal): Promise<RunResult> => {
  const writer = createRunWriter(deps, run)
  const runLog = deps.runLogs?.open(run)
  const state: RunState = { recordsRead: () => 0, streams: {}, caveats: run.caveats }
  const lease = startLeaseRenewal(deps, run, () => ({
    recordsRead: run.recordsRead + state.recordsRead(),
    forwardedBatches: writer.forwardedBatches,
    forwardedBytes: writer.forwardedBytes,
    progress: { streams: state.streams, caveats: state.caveats },
  }))
  const signal = AbortSignal.any([lease.signal, drain])
  const waits = createWaitPolicy(signal, deps.limits)
  const stopWith: StopWith = async (end) =>
    finishLeasedRun(deps.database, {
      runId: run.runId,
      epoch: run.epoch,
      recordsRead: run.recordsRead + state.recordsRead(),
      progress: { streams: state.streams },
      caveats: state.caveats,
      log: (await runLog?.take(state.recordsRead() > 0)) ?? [],
      ...end,
    })
  try {
    const key = {
      sourceId: run.sourceId,
      versionId: run.version.id,
      generation: run.generation,
      knowsRecords: run.backfill === null,
      credential: credentialKey(run.credential === null ? null : { id: run.credential.id, version: run.credential.place.version }),
    }
    const read = await deps.connections.use(
      key,
      (closing) => openWithin(waits, closing, (opening) => open(deps, run, opening)),
      async (pooled) => {
        const listens = pooled.connector.continuous === true && run.backfill === null
        const listenMs = listens ? (deps.listenMs ?? LISTEN_MS) : undefined
        const listening = listenMs === undefined ? undefined : listen(lease.outdated, listenMs)
        try {
          return await readAll({ deps, run, runLog, pooled, writer, signal, waits, until: listening?.until, listenMs, state })
        } finally {
          listening?.stop()
        }
      },
    )
    await writer.drained(signal)
    if (read.rereads && read.streams.every(({ error, incomplete }) => error === undefined && incomplete === undefined))
      await finishReread(deps.database, run)
    const { rereads: _, ...end } = read
    return toEnded(await stopWith(end))
  } catch (thrown) {
    runLog?.add('error', toFailure(lease.signal.aborted ? lease.signal.reason : thrown).message)
    return await leaveRun({ deps, run, writer, drain, leaseSignal: lease.signal, thrown, stopWith })
  } finally {
    writer.close()
    await runLog?.close()
    await lease.stop()
  }
}

interface RunState {
  recordsRead: () => number
  streams: Record<string, object>
  caveats: CaveatTally
}

const open = (deps: RunDeps, run: LeasedRun, closing: AbortSignal): Promise<PooledConnection> =>
  openVersion(
    deps.connecting,
    {
      sourceId: run.sourceId,
      versionId: run.version.id,
      opened: run.version.opened,
      connector: run.connector,
      config: run.version.config,
      knowsRecords: run.backfill === null,
      credential: run.credential,
    },
    closing,
  )

interface ReadAll {
  readonly deps: RunDeps
  readonly run: LeasedRun
  readonly runLog: RunLog | undefined
  readonly pooled: PooledConnection
  readonly writer: RunWriter
  readonly signal: AbortSignal
  readonly waits: WaitPolicy
  /** When a run of a continuous source stops listening. */
  readonly until: AbortSignal | undefined
  readonly listenMs: number | undefined
  readonly state: RunState
}

interface Read {
  readonly streams: readonly StreamResult[]
  readonly provedUnchanged: boolean
  readonly listened: boolean
  /** Whether what was stored under another mapping was read again. */
  readonly rereads: boolean
}

const readAll = async (args: ReadAll): Promise<Read> => {
  const { deps, run, runLog, pooled, writer, waits, until, listenMs, state } = args
  const all = await waits.wait('listing the streams', pooled.connector.streams(pooled.connection, waits.signal))
  const backfill = planBackfill(run.backfill, all)
  const { specs } = backfill
  // A cast: mappings are validated when they are saved.
  const mapping = run.version.mapping as Mapping | null
  await recordUnknownStreams(
    deps.database,
    run,
    findUnknownStreams(
      mapping,
      all.map(({ name }) => name),
    ),
  )
  const mapper = createPageMapper(deps.mappings, mapping)
  const samples = createSampleCollector(deps.database, { sourceId: run.sourceId, mapping })
  const { remapped, rereads } = await prepareStreams(deps.database, run, {
    streams: all.map(({ name, kind, catalog }) => ({ name, kind, catalog, mapping: mappingStateOf(mapping, name) })),
    aligns: run.backfill === null,
  })
  const options = {
    streams: new Set(specs.map(({ name }) => name)),
    swept: backfill.sweeps ? new Set(specs.filter(({ deletes }) => deletes === 'sweep').map(({ name }) => name)) : new Set<string>(),
    onRepeated: (repeated: RepeatedKeys) => void (state.caveats = addCaveats(state.caveats, [{ kind: 'KEY_REPEATED', ...repeated }])),
  }
  const together = until === undefined ? (pooled.connector.parallelStreams ?? 1) : specs.length
  // Streams that are read one after the other fill the same batches.
  const writers = specs.slice(0, together).map(() => writer.openPages(options))
  state.recordsRead = () => writers.reduce((sum, { recordsRead }) => sum + recordsRead, 0)
  let results: readonly StreamResult[]
  try {
    results = await readTogether()
    const [pages] = writers
    if (pages !== undefined && until === undefined && run.backfill === null)
      await sweepGoneStreams(pages, { known: run.streams, listed: all, signal: args.signal })
  } finally {
    await samples.save().catch((error: unknown) => deps.log.warn({ err: error, runId: run.runId }, 'raw samples could not be stored'))
  }
  for (const pages of writers) await pages.flush(args.signal)
  const provedUnchanged = backfill.mayBeEmpty || (specs.length > 0 && specs.every(({ incremental }) => incremental))
  return { streams: results, provedUnchanged, listened: until !== undefined, rereads }

  /**
   * Each writer takes the next stream when it is done with one. A failure that ends the run also ends the other streams, before anything they use is
   * closed.
   */
  async function readTogether(): Promise<readonly StreamResult[]> {
    const abort = new AbortController()
    const signal = AbortSignal.any([args.signal, abort.signal])
    const waiting = specs.entries()
    const ended: StreamResult[] = []
    const work = writers.map(async (pages) => {
      try {
        for (const [index, spec] of waiting) ended[index] = await readOne(spec, pages, signal)
      } catch (error) {
        abort.abort(error)
      }
    })
    await Promise.all(work)
    if (abort.signal.aborted) throw abort.signal.reason
    return ended
  }

  async function readOne(spec: StreamSpec, pages: PageWriter, signal: AbortSignal): Promise<StreamResult> {
    const before = pages.recordsRead
    const report = (extra: object): void =>
      void (state.streams[spec.name] = { ...state.streams[spec.name], retrying: undefined, records: pages.recordsRead - before, ...extra })
    const since = run.cursors.has(spec.name) ? 'from its cursor' : 'from the beginning'
    report({ status: 'reading', startedAt: new Date().toISOString() })
    runLog?.add('info', `reading ${since}`, spec.name)
    try {
      backfill.check(spec)
      mapper.check(spec)
      const fromStart = remapped.includes(spec.name) || mapper.needsFullRefresh(spec)
      const end = await readStream({
        pooled,
        spec,
        cursor: fromStart ? null : ((run.cursors.get(spec.name) as Cursor | undefined) ?? null),
        writer: pages,
        signal,
        limits: deps.limits,
        until,
        listenMs,
        fullRefresh: mapper.needsFullRefresh(spec),
        allowMassDelete: run.allowMassDelete,
        mapPage: (page) => {
          report({})
          samples.add(page.records)
          return mapper.map(spec.name, page, signal)
        },
        keep: backfill.keep,
        onRetry: ({ reason, message }) => {
          report({ retrying: { reason, message } })
          runLog?.add('warn', `${message}; it is tried again`, spec.name)
        },
        onProgress: (_stream, progress) => report({ progress }),
        onCaveats: (caveats) => void (state.caveats = addCaveats(state.caveats, caveats)),
      })
      if (end.complete) {
        report({ status: 'done', proof: end.proof, endedAt: new Date().toISOString() })
        runLog?.add('info', `read ${pages.recordsRead - before} records: ${end.proof}`, spec.name)
        return { name: spec.name }
      }
      report({ status: 'incomplete', reason: end.reason, message: end.message, endedAt: new Date().toISOString() })
      runLog?.add('warn', `read ${pages.recordsRead - before} records, and something may be missing: ${end.message}`, spec.name)
      deps.log.warn(
        { runId: run.runId, stream: spec.name, reason: end.reason },
        `a stream may lack something, so that nothing of it was swept: ${end.message}`,
      )
      return { name: spec.name, incomplete: toRunFailure(new Failure(end.reason, `${spec.name}: ${end.message}`)) }
    } catch (thrown) {
      const failure = toFailure(thrown)
      if (signal.aborted || endsRun(failure)) throw failure
      deps.metrics.countError({ source: run.sourceId, connector: run.connector }, failure.reason)
      deps.log.warn({ err: failure, runId: run.runId, stream: spec.name }, 'a stream failed; the others continue')
      report({ status: 'failed', reason: failure.reason, message: failure.message, endedAt: new Date().toISOString() })
      runLog?.add('error', failure.message, spec.name)
      return { name: spec.name, error: toRunFailure(failure) }
    }
  }
}

/** Reports mapping rules for streams that do not exist: they have no effect, and their author should know. */
const recordUnknownStreams = async (database: Database, run: LeasedRun, unknown: readonly UnknownStream[]): Promise<void> => {
  if (unknown.length === 0) return
  const { sourceId, runId } = run
  const message = unknown.map((each) => each.message).join('; ')
  await reportUnknownStreams(database, { sourceId, runId, versionId: run.version.id, streams: unknown.map(({ stream }) => stream), message })
}

/** Whether a failure would affect every other stream of the source too. */
const endsRun = (failure: Failure): boolean =>
  ['auth_failed', 'rate_limited', 'cancelled', 'internal'].includes(failure.code) ||
  ['UNREACHABLE', 'DNS_FAILED', 'EGRESS_BLOCKED', 'QUARANTINE_BUDGET', 'BATCH_MISMATCH', 'CONNECTOR_STALLED'].includes(failure.reason)
