import { describe, expect, it, vi } from 'vitest'
import { createMetrics } from './metrics.js'

const SOURCE = { source: 's1', connector: 'http-json' }

// Histograms put the process label first, the others last.
const inOrder = (line: string): string =>
  line.replace(
    /\{(.*)\}/u,
    (_, labels: string) =>
      `{${labels
        .split(/,(?=\w+=)/u)
        .sort()
        .join(',')}}`,
  )

const seriesOf = async (metrics: ReturnType<typeof createMetrics>): Promise<string[]> =>
  (await metrics.expose()).body
    .split('\n')
    .filter((line) => line.startsWith('inlet_') || line.startsWith('http_'))
    .map(inOrder)

describe('createMetrics', () => {
  it('exposes what was measured, in seconds, with the process as label', async () => {
    const metrics = createMetrics({ process: 'worker' })
    metrics.countRecords(SOURCE, { inserted: 3, quarantined: 1, updated: 0 })
    metrics.countBytes(SOURCE, 2_048)
    metrics.countError(SOURCE, 'TIMEOUT')
    metrics.countRun(SOURCE, 'ok', 1_500)
    metrics.replaceSources([{ ...SOURCE, slug: 'orders', lagMs: 90_000, incidents: [] }])
    metrics.setLastEventDelay(SOURCE, 250)
    metrics.setQueueDepth('ingestion', { waiting: 4, active: 1 })
    metrics.setQueueOldestAge('ingestion', 12_000)
    metrics.setBackpressure(true)
    metrics.setBacklogBytes(5_000)
    metrics.countTick('ran')
    metrics.countBatch('applied', 20)
    metrics.countRestored(2)
    metrics.countMaintenanceFailure('ticks')
    metrics.observeHttp({ method: 'GET', route: '/v1/sources/:id', status: 200 }, 30)
    const series = await seriesOf(metrics)
    const own = 'source="s1",connector="http-json"'
    for (const line of [
      `inlet_records_total{${own},result="inserted",process="worker"} 3`,
      `inlet_records_total{${own},result="quarantined",process="worker"} 1`,
      `inlet_bytes_total{${own},process="worker"} 2048`,
      `inlet_errors_total{${own},reason="TIMEOUT",process="worker"} 1`,
      `inlet_runs_total{${own},outcome="ok",process="worker"} 1`,
      `inlet_run_duration_seconds_sum{${own},process="worker"} 1.5`,
      `inlet_source_lag_seconds{${own},process="worker"} 90`,
      `inlet_last_event_delay_seconds{${own},process="worker"} 0.25`,
      'inlet_queue_depth{queue="ingestion",state="waiting",process="worker"} 4',
      'inlet_queue_oldest_age_seconds{queue="ingestion",process="worker"} 12',
      'inlet_backpressure_active{process="worker"} 1',
      'inlet_backlog_bytes{process="worker"} 5000',
      'inlet_ticks_total{outcome="ran",process="worker"} 1',
      'inlet_batches_total{result="applied",process="worker"} 1',
      'inlet_batch_apply_seconds_sum{process="worker"} 0.02',
      'inlet_scheduler_restored_total{process="worker"} 2',
      'http_request_duration_seconds_count{method="GET",route="/v1/sources/:id",status="200",process="worker"} 1',
    ])
      expect(series).toContain(inOrder(line))
    expect(series.filter((line) => line.includes('updated'))).toEqual([])
    expect((await metrics.expose()).body).toContain('process_resident_memory_bytes')
  })

  it('removes all series of a deleted source and no other', async () => {
    const metrics = createMetrics({ process: 'scribe' })
    for (const source of [SOURCE, { source: 's2', connector: 'git' }]) {
      metrics.countRecords(source, { inserted: 1, deleted: 1 })
      metrics.countBytes(source, 1)
      metrics.countError(source, 'TIMEOUT')
      metrics.countRun(source, 'failed', 10)
      metrics.setLastEventDelay(source, 1)
    }
    metrics.replaceSources([
      { ...SOURCE, slug: 'orders', lagMs: 1, incidents: ['error'] },
      { source: 's2', connector: 'git', slug: 'code', lagMs: 1, incidents: [] },
    ])
    const before = await seriesOf(metrics)
    await metrics.forgetSource('s1')
    const after = await seriesOf(metrics)
    expect(before.some((line) => line.includes('source="s1"'))).toBe(true)
    expect(after).toEqual(before.filter((line) => !line.includes('source="s1"')))
  })

  it('drops sources left out when all are replaced', async () => {
    const metrics = createMetrics({ process: 'api' })
    metrics.replaceSources([{ ...SOURCE, slug: 'orders', lagMs: 1, incidents: ['error'] }])
    metrics.replaceSources([{ source: 's2', connector: 'git', slug: 'code', lagMs: 2_000, incidents: [] }])
    expect((await seriesOf(metrics)).filter((line) => line.startsWith('inlet_source_lag'))).toEqual([
      'inlet_source_lag_seconds{connector="git",process="api",source="s2"} 2',
    ])
  })

  it('counts sources beyond the limit together, by connector', async () => {
    const metrics = createMetrics({ process: 'worker', maxSources: 1 })
    const others = [
      { source: 's2', connector: 'git' },
      { source: 's3', connector: 'git' },
    ]
    for (const source of [SOURCE, ...others, SOURCE]) {
      metrics.countRecords(source, { inserted: 2 })
      metrics.countRun(source, 'ok', 10)
      metrics.setLastEventDelay(source, 1_000)
    }
    const counted = () => seriesOf(metrics).then((lines) => lines.filter((line) => /^inlet_(records|last_event|sources_left)/.test(line)))
    const own = `connector="${SOURCE.connector}",process="worker"`
    expect(await counted()).toEqual([
      `inlet_records_total{${own},result="inserted",source="s1"} 4`,
      'inlet_records_total{connector="git",process="worker",result="inserted",source="other"} 4',
      'inlet_sources_left_out{process="worker"} 0',
      `inlet_last_event_delay_seconds{${own},source="s1"} 1`,
    ])
    await metrics.forgetSource('s1')
    metrics.countRecords({ source: 's2', connector: 'git' }, { inserted: 1 })
    metrics.replaceSources([], 3)
    expect(await counted()).toEqual([
      'inlet_records_total{connector="git",process="worker",result="inserted",source="other"} 4',
      'inlet_records_total{connector="git",process="worker",result="inserted",source="s2"} 1',
      'inlet_sources_left_out{process="worker"} 3',
    ])
  })

  it('escapes what would break a line of the exposition, like every other series', async () => {
    const metrics = createMetrics({ process: 'api' })
    metrics.replaceSources([{ source: 's1', connector: 'a"b\\c\nd', slug: 'x', lagMs: 1_234.567, incidents: [] }])
    expect((await metrics.expose()).body).toMatch(/\n# HELP inlet_source_lag_seconds .*\n# TYPE inlet_source_lag_seconds gauge\n/)
    expect((await metrics.expose()).body.trimEnd().split('\n')).toContain(
      String.raw`inlet_source_lag_seconds{source="s1",connector="a\"b\\c\nd",process="api"} 1.235`,
    )
  })

  it('maps ids to names, and shows the open incidents of a source', async () => {
    const metrics = createMetrics({ process: 'scribe' })
    metrics.replaceSources([{ ...SOURCE, slug: 'orders', lagMs: null, incidents: ['quarantine', 'stale'] }])
    const labels = `connector="${SOURCE.connector}",`
    expect((await seriesOf(metrics)).filter((line) => line.startsWith('inlet_source_'))).toEqual([
      `inlet_source_info{${labels}process="scribe",slug="orders",source="s1"} 1`,
      `inlet_source_incident_open{${labels}kind="quarantine",process="scribe",slug="orders",source="s1"} 1`,
      `inlet_source_incident_open{${labels}kind="stale",process="scribe",slug="orders",source="s1"} 1`,
    ])
  })

  it('does not refresh again within the maximum age, unless the refresh failed', async () => {
    const metrics = createMetrics({ process: 'api' })
    const refresh = vi.fn<() => Promise<void>>(async () => {})
    refresh.mockRejectedValueOnce(new Error('not yet'))
    metrics.beforeScrape('lags', refresh, { maxAgeMs: 3_600_000 })
    for (let n = 0; n < 3; n += 1) await metrics.expose()
    expect(refresh).toHaveBeenCalledTimes(2)
  })

  it('refreshes before a scrape, and a refresh that fails costs only its own value', async () => {
    const metrics = createMetrics({ process: 'api' })
    metrics.beforeScrape('queues', async () => metrics.setQueueDepth('ingestion', { waiting: 7 }))
    metrics.beforeScrape('lags', async () => {
      throw new Error('no database')
    })
    const series = await seriesOf(metrics)
    expect(series).toContain('inlet_queue_depth{process="api",queue="ingestion",state="waiting"} 7')
    expect(series).toContain('inlet_scrape_errors_total{process="api",refresh="lags"} 1')
  })

  it('keeps the number of series small for methods made up by clients, and processes apart', async () => {
    const one = createMetrics({ process: 'api' })
    const other = createMetrics({ process: 'api' })
    one.observeHttp({ method: 'X'.repeat(50), route: 'unmatched', status: 404 }, 1)
    expect((await seriesOf(one)).some((line) => line.includes('method="OTHER"'))).toBe(true)
    expect((await seriesOf(other)).some((line) => line.startsWith('http_'))).toBe(false)
  })
})
