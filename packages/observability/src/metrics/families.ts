import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client'

const RUN_SECONDS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400]
const BATCH_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
const HTTP_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** How often the delay of the event loop is sampled. */
export const EVENT_LOOP_LOOK_MS = 100

/** Registers every metric of Inlet once in the given registry. Labels named `source` contain source ids. */
export const createFamilies = (registry: Registry) => {
  const registers = [registry]
  // By default, the event loop delay is sampled a hundred times a second, more often than an idle process does anything else. The Grafana dashboard
  // subtracts this period, which the metric includes.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_LOOK_MS })
  return {
    records: new Counter({
      name: 'inlet_records_total',
      help: 'Records by what became of them.',
      labelNames: ['source', 'connector', 'result'],
      registers,
    }),
    bytes: new Counter({ name: 'inlet_bytes_total', help: 'Bytes of records forwarded.', labelNames: ['source', 'connector'], registers }),
    errors: new Counter({ name: 'inlet_errors_total', help: 'Failures by reason.', labelNames: ['source', 'connector', 'reason'], registers }),
    runs: new Counter({ name: 'inlet_runs_total', help: 'Ended runs by outcome.', labelNames: ['source', 'connector', 'outcome'], registers }),
    runSeconds: new Histogram({
      name: 'inlet_run_duration_seconds',
      help: 'Time from start to end of a run.',
      labelNames: ['source', 'connector'],
      buckets: RUN_SECONDS,
      registers,
    }),
    sourcesLeftOut: new Gauge({
      name: 'inlet_sources_left_out',
      help: 'Sources without series of their own (INLET_METRICS_SOURCES).',
      registers,
    }),
    eventDelay: new Gauge({
      name: 'inlet_last_event_delay_seconds',
      help: 'How long after it happened the newest event of a source was stored.',
      labelNames: ['source', 'connector'],
      registers,
    }),
    queueDepth: new Gauge({ name: 'inlet_queue_depth', help: 'Jobs in a queue by state.', labelNames: ['queue', 'state'], registers }),
    queueAge: new Gauge({
      name: 'inlet_queue_oldest_age_seconds',
      help: 'Age of the oldest waiting job; 0 for an empty queue.',
      labelNames: ['queue'],
      registers,
    }),
    backpressure: new Gauge({ name: 'inlet_backpressure_active', help: '1 while workers wait for the scribe.', registers }),
    backlogBytes: new Gauge({ name: 'inlet_backlog_bytes', help: 'Bytes of batches forwarded and not yet stored.', registers }),
    indexPending: new Gauge({ name: 'inlet_search_index_pending', help: 'Records stored and not yet searchable.', registers }),
    indexOldest: new Gauge({
      name: 'inlet_search_index_oldest_seconds',
      help: 'How long the oldest of them has waited; 0 when none does.',
      registers,
    }),
    indexFailed: new Gauge({ name: 'inlet_search_index_failed', help: 'Records that cannot be indexed for search.', registers }),
    ticks: new Counter({ name: 'inlet_ticks_total', help: 'Due moments of schedules by outcome.', labelNames: ['outcome'], registers }),
    batches: new Counter({ name: 'inlet_batches_total', help: 'Batches the scribe took, by result.', labelNames: ['result'], registers }),
    batchSeconds: new Histogram({
      name: 'inlet_batch_apply_seconds',
      help: 'Time to store one batch.',
      buckets: BATCH_SECONDS,
      registers,
    }),
    restored: new Counter({ name: 'inlet_scheduler_restored_total', help: 'Schedules that were missing in the queue and put back.', registers }),
    maintenanceFailures: new Counter({
      name: 'inlet_maintenance_failures_total',
      help: 'Steps of maintenance that failed, for one source or wholly; the next pass tries them again.',
      labelNames: ['step'],
      registers,
    }),
    incidents: new Gauge({ name: 'inlet_incidents_open', help: 'Sources with an open incident, by kind.', labelNames: ['kind'], registers }),
    rechecks: new Counter({
      name: 'inlet_rechecks_total',
      help: 'Checks of sources that stopped because of a fault, to see whether it is repaired.',
      labelNames: ['result'],
      registers,
    }),
    notifications: new Counter({
      name: 'inlet_notifications_total',
      help: 'Tries to deliver notifications: delivered, failed (tried again later), dead (given up).',
      labelNames: ['outcome'],
      registers,
    }),
    sinkChanges: new Counter({
      name: 'inlet_sink_changes_total',
      help: 'Changes that the receiver of a sink has taken.',
      labelNames: ['sink'],
      registers,
    }),
    sinkTries: new Counter({
      name: 'inlet_sink_messages_total',
      help: 'Messages sent to a sink: delivered, failed (tried again later), refused (the receiver is gone).',
      labelNames: ['sink', 'outcome'],
      registers,
    }),
    sinkLag: new Gauge({
      name: 'inlet_sink_lag_seconds',
      help: 'How long the oldest change has waited for a sink; 0 when none does.',
      labelNames: ['sink'],
      registers,
    }),
    sinkWaiting: new Gauge({
      name: 'inlet_sink_waiting_changes',
      help: 'Changes that wait for a sink.',
      labelNames: ['sink'],
      registers,
    }),
    sinkStatus: new Gauge({
      name: 'inlet_sink_status',
      help: '1 for the status that a sink has: paused, refused, failing, delivering or current.',
      labelNames: ['sink', 'status'],
      registers,
    }),
    embeddings: new Counter({
      name: 'inlet_embeddings_total',
      help: 'Texts embedded for search: made, refused (the text is at fault), failed (tried again).',
      labelNames: ['result'],
      registers,
    }),
    embeddingTokens: new Counter({ name: 'inlet_embedding_tokens_total', help: 'Tokens of texts embedded for search.', registers }),
    embeddingWaiting: new Gauge({
      name: 'inlet_embedding_waiting_records',
      help: 'Records whose vectors are to be made, by generation.',
      labelNames: ['generation'],
      registers,
    }),
    embeddingCoverage: new Gauge({
      name: 'inlet_embedding_coverage_ratio',
      help: 'Share of the records that have their vectors, by generation.',
      labelNames: ['generation'],
      registers,
    }),
    httpSeconds: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time to answer a request of the API.',
      labelNames: ['method', 'route', 'status'],
      buckets: HTTP_SECONDS,
      registers,
    }),
    scrapeErrors: new Counter({
      name: 'inlet_scrape_errors_total',
      help: 'Values that could not be refreshed for a scrape.',
      labelNames: ['refresh'],
      registers,
    }),
  }
}

export type Families = ReturnType<typeof createFamilies>
