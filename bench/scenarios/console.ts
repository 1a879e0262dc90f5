import { createSource, type Database } from '@inlet/db'
import { findChromium } from '@inlet/testing'
import { type Browser, type CDPSession, chromium, type Page } from 'playwright'
import type { Measure } from '../report/measure.js'
import { openStack, type Stack } from '../stack/stack.js'
import { until } from '../stack/until.js'
import type { Scenario } from './scenario.js'

const RUNNING = 200
const LINES = 100_000
const VISITS = 5

/** What the console costs in a browser beside many sources, of which some are under way: bytes, time until it can be used, jank, memory. */
export const measureConsole: Scenario = async (context) => {
  const { settings, backend, note } = context
  const executablePath = findChromium()
  if (executablePath === null) {
    note('there is no Chromium: not measured')
    return []
  }
  const many = Math.min(settings.sources, 5_000)
  // Without workers: what is under way stays so, and nothing else takes the processor.
  const stack = await openStack({ ...context, redisServer: context.binaries['redis-server'], name: 'console', workers: 0 })
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage', '--js-flags=--expose-gc'] })
  try {
    const runId = await seed(stack.database, many)
    note(`${many} sources, ${RUNNING} of them running, and a log of ${LINES} lines written by SQL`)
    const add = (what: string, value: number, unit: string, limit: number): Measure => ({
      scenario: 'console',
      backend,
      what,
      value,
      unit,
      target: { of: 'value', sense: 'below', limit },
    })
    const first = await measureFirstLoad(browser, stack)
    const visits = await measureVisits(browser, stack)
    const scrolled = await measureScroll(browser, stack)
    const log = await measureLog(browser, stack, runId)
    const change = await measureChange(browser, stack)
    return [
      add('first load of scripts and styles, gzip', first.assetBytes / 1_000, 'kB', 250),
      add(`list of ${many} sources, bytes of the API`, first.listBytes / 1_000, 'kB', 2_000),
      add(`list of ${many} sources, until its first row, median of ${VISITS}`, visits, 'ms', 2_000),
      add('scrolling through it, longest task', scrolled, 'ms', 100),
      add(`log of ${LINES} lines, heap of the page`, log, 'MB', 200),
      add('a change on the server until it is seen', change, 'ms', 2_000),
    ]
  } finally {
    await browser.close()
    await stack.close()
  }
}

/** Sources of all outcomes, as copies of one; answers the run that has the log. */
const seed = async (database: Database, many: number): Promise<string> => {
  const id = '00000000-0000-4000-8000-000000000001'
  const source = { id, name: 'Seed', connector: 'api', config: {}, schedule: null, labels: { team: 'sales' }, sealedSecrets: null }
  await createSource(database, source, 'system')
  await database.pool.query(
    `INSERT INTO sources SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), 'slug', 'many-' || n, 'name', 'Many ' || n, 'name_key', 'many ' || n,
       'last_outcome', CASE WHEN n % 500 = 0 THEN 'failed' ELSE 'ok' END, 'last_success_at', now() - n * interval '1 minute', 'last_error_message', 'the table is gone'))).*
     FROM sources s, generate_series(1, $1) n WHERE s.id = $2`,
    [many - 1, id],
  )
  await database.pool.query(
    `INSERT INTO runs (source_id, version_id, trigger, status, started_at, enqueued_at, holder)
     SELECT id, version_id, 'manual', 'running', now(), now(), 'bench' FROM sources WHERE slug LIKE 'many-%' ORDER BY slug LIMIT $1`,
    [RUNNING],
  )
  await database.pool.query(
    `INSERT INTO leases (source_id, epoch, run_id, holder, expires_at) SELECT source_id, 1, id, 'bench', now() + interval '1 day' FROM runs WHERE status = 'running'`,
  )
  const { rows } = await database.pool.query<{ id: string }>(
    `INSERT INTO runs (source_id, version_id, trigger, status, outcome, started_at, finished_at) SELECT id, version_id, 'manual', 'ended', 'ok', now(), now() FROM sources WHERE id = $1
     RETURNING id`,
    [id],
  )
  const runId = rows[0]?.id ?? ''
  await database.pool.query(
    `INSERT INTO run_logs (run_id, attempt, at, level, stream, message)
     SELECT $1, 1, now(), 'info', 'orders', 'line ' || n || ' says something of usual length about what was read, and where' FROM generate_series(1, $2::int) n`,
    [runId, LINES],
  )
  return runId
}

const openPage = async (browser: Browser, stack: Stack, address: string): Promise<Page> => {
  const context = await browser.newContext({ baseURL: stack.url, viewport: { width: 1_280, height: 800 } })
  const page = await context.newPage()
  await page.goto('/workers')
  await page.getByLabel('API key').fill(stack.key)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('nav.side').waitFor()
  await page.goto(address)
  return page
}

const measureFirstLoad = async (browser: Browser, stack: Stack): Promise<{ readonly assetBytes: number; readonly listBytes: number }> => {
  const page = await openPage(browser, stack, '/sources')
  await page.locator('[data-row]').first().waitFor()
  const sum = (part: string): Promise<number> =>
    page.evaluate<number>(
      `performance.getEntriesByType('resource').filter(({ name }) => name.includes('${part}')).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`,
    )
  const bytes = { assetBytes: await sum('/assets/'), listBytes: await sum('/v1/overview/sources') }
  await page.context().close()
  return bytes
}

/** With a warm cache, as on every day but the first. */
const measureVisits = async (browser: Browser, stack: Stack): Promise<number> => {
  const page = await openPage(browser, stack, '/sources')
  const times: number[] = []
  for (let n = 0; n < VISITS; n += 1) {
    const started = performance.now()
    await page.goto('/sources', { waitUntil: 'commit' })
    await page.locator('[data-row]').first().waitFor()
    times.push(performance.now() - started)
  }
  await page.context().close()
  return times.toSorted((a, b) => a - b)[Math.floor(VISITS / 2)] ?? 0
}

const measureScroll = async (browser: Browser, stack: Stack): Promise<number> => {
  const page = await openPage(browser, stack, '/sources?sort=name')
  await page.locator('[data-row]').first().waitFor()
  await page.evaluate(`
    window.longest = 0
    new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration) }).observe({ type: 'longtask' })`)
  await page.mouse.move(640, 400)
  for (let n = 0; n < 60; n += 1) {
    await page.mouse.wheel(0, 4_000)
    await page.waitForTimeout(16)
  }
  const longest = await page.evaluate<number>('window.longest')
  await page.context().close()
  return longest
}

const measureLog = async (browser: Browser, stack: Stack, runId: string): Promise<number> => {
  const page = await openPage(browser, stack, `/runs/${runId}?tab=log`)
  await page.getByText(`line ${LINES} says`).waitFor({ timeout: 120_000 })
  const session: CDPSession = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await page.context().close()
  return usedSize / 1_000_000
}

const measureChange = async (browser: Browser, stack: Stack): Promise<number> => {
  const page = await openPage(browser, stack, '/sources?q=seed')
  const row = page.getByRole('row', { name: /Seed/u })
  await row.waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  const started = performance.now()
  await stack.api.call('POST', '/v1/sources/00000000-0000-4000-8000-000000000001/pause')
  await until('the change', async () => ((await row.getByText('Paused').count()) > 0 ? true : null), { limitMs: 30_000, everyMs: 20 })
  const seen = performance.now() - started
  await page.context().close()
  return seen
}
