import type { Reason } from '@inlet/domain'
import { monotonicNow, withDeadline } from '@inlet/runtime'
import { Registry } from 'prom-client'
import { createFamilies, type Families } from './families.js'
import { createOwnSeries, type SourceLabels } from './own-series.js'
import { createSourceSeries, type SourceStanding } from './source-series.js'

export type ProcessName = 'api' | 'worker' | 'scribe'
export type RecordResult = 'inserted' | 'updated' | 'unchanged' | 'deleted' | 'quarantined'
export type BatchResult = 'applied' | 'duplicate' | 'fenced' | 'mismatch' | 'left_out' | 'failed'

/** The state of a sink. */
export interface SinkStanding {
  readonly sink: string
  readonly status: string
  readonly waiting: number
  readonly lagMs: number
}

/** What the processes measure. All durations are passed in milliseconds and exposed in seconds. */
export interface Metrics {
  countRecords(source: SourceLabels, counts: Readonly<Partial<Record<RecordResult, number>>>): void
  countBytes(source: SourceLabels, bytes: number): void
  countError(source: SourceLabels, reason: Reason): void
  countRun(source: SourceLabels, outcome: string, durationMs: number): void
  /**
   * Sets age of the last success, names and incidents of all sources at once; sources left out lose their series. `leftOut` is how many more sources
   * exist.
   */
  replaceSources(sources: Iterable<SourceStanding>, leftOut?: number): void
  setLastEventDelay(source: SourceLabels, delayMs: number): void
  setQueueDepth(queue: string, counts: Readonly<Record<string, number>>): void
  setQueueOldestAge(queue: string, ageMs: number): void
  setBackpressure(active: boolean): void
  setBacklogBytes(bytes: number): void
  setIndexState(state: { readonly pending: number; readonly oldestMs: number; readonly failed: number }): void
  countTick(outcome: string): void
  countBatch(result: BatchResult, durationMs: number): void
  countRestored(schedules?: number): void
  /** Counts a maintenance step that failed, either entirely or for one source. */
  countMaintenanceFailure(step: string): void
  setOpenIncidents(counts: Readonly<Record<string, number>>): void
  /** Counts a check of a source in ERROR. */
  countRecheck(result: 'passed' | 'failed'): void
  countNotification(outcome: 'delivered' | 'failed' | 'dead'): void
  /** Counts a message to a sink, identified by the name its owner gave it. */
  countSinkMessage(sink: string, outcome: 'delivered' | 'failed' | 'refused', changes: number): void
  /** Sets the state of all sinks; those left out lose their series. */
  replaceSinks(sinks: readonly SinkStanding[]): void
  countEmbeddings(result: 'made' | 'refused' | 'failed', counts: { readonly texts: number; readonly tokens: number }): void
  /** Sets the progress of all generations of vectors; those left out lose their series. */
  replaceEmbeddingStates(states: readonly { readonly generation: string; readonly waiting: number; readonly share: number }[]): void
  /** `route` is the route pattern, never the path; 'unmatched' if there is none. */
  observeHttp(request: { readonly method: string; readonly route: string; readonly status: number }, durationMs: number): void
  /** Removes every series of a deleted source. */
  forgetSource(id: string): Promise<void>
  /**
   * Refreshes values before a scrape, within 2 s; a failure is counted and the last value stays. `name` is a label. Values refreshed less than
   * `maxAgeMs` ago (default 0) are not refreshed again.
   */
  beforeScrape(name: string, refresh: () => Promise<void>, options?: { readonly maxAgeMs: number }): void
  /** Returns the exposition text. */
  expose(): Promise<{ readonly contentType: string; readonly body: string }>
  /**
   * Returns the same in two parts: the second, which covers all sources and is large, is UTF-8 in shared memory and is rewritten only after a change.
   */
  exposeParts(): Promise<{ readonly contentType: string; readonly body: string; readonly rest: Uint8Array }>
}

const REFRESH_TIMEOUT_MS = 2_000
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const SECOND_MS = 1_000

/** Default number of sources with their own series. */
export const METRICS_SOURCES = 1_000

/**
 * Creates the metrics of one process in their own registry. Up to `maxSources` sources (default `METRICS_SOURCES`) have their own series; the others
 * are counted together.
 */
export const createMetrics = ({ process, maxSources }: { readonly process: ProcessName; readonly maxSources?: number | undefined }): Metrics => {
  const own = createOwnSeries(maxSources ?? METRICS_SOURCES)
  const registry = new Registry()
  registry.setDefaultLabels({ process })
  const families = createFamilies(registry)
  const sourceSeries = createSourceSeries(process)
  const refreshes = new Map<string, () => Promise<void>>()

  const refreshAll = async (): Promise<void> => {
    const outcomes = [...refreshes].map(async ([name, refresh]) => {
      try {
        await withDeadline(refresh, REFRESH_TIMEOUT_MS, name)
      } catch {
        families.scrapeErrors.inc({ refresh: name })
      }
    })
    await Promise.all(outcomes)
  }

  const exposeParts = async () => {
    await refreshAll()
    return { contentType: registry.contentType, body: await registry.metrics(), rest: sourceSeries.toBytes() }
  }

  return {
    countRecords(source, counts) {
      const labels = own.labelsOf(source)
      for (const [result, count] of Object.entries(counts)) if (count > 0) families.records.inc({ ...labels, result }, count)
    },
    countBytes: (source, bytes) => families.bytes.inc({ ...own.labelsOf(source) }, bytes),
    countError: (source, reason) => families.errors.inc({ ...own.labelsOf(source), reason }),
    countRun(source, outcome, durationMs) {
      const labels = { ...own.labelsOf(source) }
      families.runs.inc({ ...labels, outcome })
      families.runSeconds.observe(labels, durationMs / SECOND_MS)
    },
    replaceSources(sources, leftOut = 0) {
      sourceSeries.replace(sources)
      families.sourcesLeftOut.set(leftOut)
    },
    setLastEventDelay(source, delayMs) {
      const labels = own.labelsOf(source)
      // The delays of several sources cannot be added up.
      if (own.has(source.source)) families.eventDelay.set({ ...labels }, delayMs / SECOND_MS)
    },
    setQueueDepth(queue, counts) {
      for (const [state, count] of Object.entries(counts)) families.queueDepth.set({ queue, state }, count)
    },
    setQueueOldestAge: (queue, ageMs) => families.queueAge.set({ queue }, ageMs / SECOND_MS),
    setBackpressure: (active) => families.backpressure.set(active ? 1 : 0),
    setBacklogBytes: (bytes) => families.backlogBytes.set(bytes),
    setIndexState({ pending, oldestMs, failed }) {
      families.indexPending.set(pending)
      families.indexOldest.set(oldestMs / SECOND_MS)
      families.indexFailed.set(failed)
    },
    countTick: (outcome) => families.ticks.inc({ outcome }),
    countBatch(result, durationMs) {
      families.batches.inc({ result })
      families.batchSeconds.observe(durationMs / SECOND_MS)
    },
    countRestored: (schedules = 1) => families.restored.inc(schedules),
    countMaintenanceFailure: (step) => families.maintenanceFailures.inc({ step }),
    setOpenIncidents(counts) {
      for (const [kind, count] of Object.entries(counts)) families.incidents.set({ kind }, count)
    },
    countRecheck: (result) => families.rechecks.inc({ result }),
    countNotification: (outcome) => families.notifications.inc({ outcome }),
    countSinkMessage(sink, outcome, changes) {
      families.sinkTries.inc({ sink, outcome })
      if (outcome === 'delivered') families.sinkChanges.inc({ sink }, changes)
    },
    replaceSinks(sinks) {
      for (const family of [families.sinkLag, families.sinkWaiting, families.sinkStatus]) family.reset()
      for (const { sink, status, waiting, lagMs } of sinks) {
        families.sinkLag.set({ sink }, lagMs / SECOND_MS)
        families.sinkWaiting.set({ sink }, waiting)
        families.sinkStatus.set({ sink, status }, 1)
      }
    },
    countEmbeddings(result, { texts, tokens }) {
      families.embeddings.inc({ result }, texts)
      families.embeddingTokens.inc(tokens)
    },
    replaceEmbeddingStates(states) {
      families.embeddingWaiting.reset()
      families.embeddingCoverage.reset()
      for (const { generation, waiting, share } of states) {
        families.embeddingWaiting.set({ generation }, waiting)
        families.embeddingCoverage.set({ generation }, share)
      }
    },
    observeHttp({ method, route, status }, durationMs) {
      const known = METHODS.has(method) ? method : 'OTHER'
      families.httpSeconds.observe({ method: known, route, status: String(status) }, durationMs / SECOND_MS)
    },
    forgetSource(id) {
      sourceSeries.remove(id)
      own.forget(id)
      return removeSource(families, id)
    },
    beforeScrape(name, refresh, { maxAgeMs } = { maxAgeMs: 0 }) {
      refreshes.set(name, maxAgeMs === 0 ? refresh : atMostEvery(maxAgeMs, refresh))
    },
    async expose() {
      const { contentType, body, rest } = await exposeParts()
      return { contentType, body: body + Buffer.from(rest).toString('utf8') }
    },
    exposeParts,
  }
}

/** Limits how often a refresh runs; one that failed is retried at once. */
const atMostEvery = (maxAgeMs: number, refresh: () => Promise<void>): (() => Promise<void>) => {
  let freshUntil = 0
  return async () => {
    if (monotonicNow() < freshUntil) return
    await refresh()
    freshUntil = monotonicNow() + maxAgeMs
  }
}

type Labels = Readonly<Partial<Record<string, string | number>>>

interface SourceFamily {
  get(): Promise<{ readonly values: readonly { readonly labels: Labels }[] }>
  remove(labels: object): void
}

const removeFrom = async (family: SourceFamily, id: string): Promise<void> => {
  const { values } = await family.get()
  for (const { labels } of values) {
    if (labels['source'] !== id) continue
    // `le` marks a bucket; the histogram itself is stored without it.
    const { le: _, ...own } = labels
    family.remove(own)
  }
}

/** Removes every series of a source, so that deleted sources do not stay in memory and on dashboards. */
const removeSource = async (families: Families, id: string): Promise<void> => {
  const { records, bytes, errors, runs, runSeconds, eventDelay } = families
  for (const family of [records, bytes, errors, runs, runSeconds, eventDelay]) await removeFrom(family, id)
}
