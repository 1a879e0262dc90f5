import { createSource, type Database } from '@inlet/db'
import { findChromium } from '@inlet/testing'
import { type Browser, chromium, type Page } from 'playwright'
import type { Measure } from '../report/measure.js'
import { median } from '../report/statistics.js'
import { openStack, type Stack } from '../stack/stack.js'
import { until } from '../stack/until.js'
import { createPageWatch, type PageWatch } from '../stack/watched-page.js'
import type { Scenario } from './scenario.js'

const RUNNING = 200
const LINES = 100_000
const VISITS = 5
/** A document of the same server without anything on it: what opening, scrolling and holding a page cost at least. */
const EMPTY_PAGE = '/ready'
/** Where secrets are kept or made, and what is seen every day. */
const PAGES = [
  '/',
  '/sources',
  '/sources/seed?tab=settings',
  '/sources/seed?tab=events',
  '/records',
  '/quarantine',
  '/runs',
  '/workers',
  '/credentials',
  '/notifications',
  '/sinks',
  '/generations',
  '/audit',
  '/settings',
  '/new-source?connector=postgres',
] as const

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
    const secrets = await plantSecrets(stack)
    const watch = createPageWatch(secrets)
    const visitor: Visitor = { browser, stack, watch }
    const add = (what: string, [value, unit, limit]: readonly [number, string, number], empty?: number): Measure => ({
      scenario: 'console',
      backend,
      what,
      value,
      unit,
      target: { of: 'value', sense: 'below', limit },
      ...(empty === undefined ? {} : { beside: { name: 'an empty page', value: empty, ratio: value / empty } }),
    })
    const first = await measureFirstLoad(visitor)
    const cold = await measureColdStart(visitor)
    const visits = await measureVisits(visitor)
    const scrolled = await measureScroll(visitor)
    const log = await measureLog(visitor, runId)
    const change = await measureChange(visitor)
    await walkPages(visitor)
    for (const text of [...new Set([...watch.complaints, ...watch.leaks])].slice(0, 20)) note(text)
    return [
      add('first load of scripts and styles, gzip', [first.assetBytes / 1_000, 'kB', 250]),
      add(`list of ${many} sources, bytes of the API`, [first.listBytes / 1_000, 'kB', 2_000]),
      add(`list of ${many} sources, nothing cached, until a search is answered`, [cold, 'ms', 2_000], first.emptyMs),
      add(`list of ${many} sources, until its first row, median of ${VISITS}`, [visits.list, 'ms', 2_000], visits.empty),
      add('scrolling through it, longest task', [scrolled, 'ms', 100]),
      add(`log of ${LINES} lines, heap of the page`, [log.log, 'MB', 200], log.empty),
      add('a change on the server until it is seen', [change, 'ms', 2_000]),
      add(`errors on the console and violations of its policy, ${PAGES.length} pages`, [watch.complaints.length, '', 1]),
      add(`${secrets.length} planted secrets found in documents, storage, addresses and answers`, [watch.leaks.length, '', 1]),
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

/** Secrets of every kind that the API takes or makes; none of them may ever reach a browser again. */
const plantSecrets = async ({ api, key }: Stack): Promise<readonly string[]> => {
  const mine = ['canary-of-a-token-6f1d2a', 'canary-of-a-password-93bc07']
  const targets = ['https://api.example.com']
  await api.call('POST', '/v1/credentials', { name: 'crm', connector: 'web', secrets: { bearerToken: mine[0] }, targets })
  await api.call('POST', '/v1/credentials', { name: 'shop', connector: 'postgres', secrets: { password: mine[1] }, targets: ['db.example.com:5432'] })
  const { body: sink } = await api.call<{ secret: string }>('POST', '/v1/sinks', { name: 'lake', url: 'https://lake.example.com/in' })
  const { body: target } = await api.call<{ secret: string }>('POST', '/v1/notifications', { name: 'ops', url: 'https://hooks.example.com/x' })
  const { body: made } = await api.call<{ key: string }>('POST', '/v1/keys', { name: 'reader', scopes: ['read'] })
  return [...mine, sink.secret, target.secret, made.key, key]
}

interface Visitor {
  readonly browser: Browser
  readonly stack: Stack
  readonly watch: PageWatch
}

const openPage = async ({ browser, stack, watch }: Visitor, address: string): Promise<Page> => {
  const context = await browser.newContext({ baseURL: stack.url, viewport: { width: 1_280, height: 800 } })
  const page = await context.newPage()
  // The browser itself reports the first request, which finds nobody signed in.
  await page.goto('/workers')
  await page.getByLabel('API key').fill(stack.key)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('nav.side').waitFor()
  await watch.attach(page)
  await page.goto(address)
  return page
}

const closePage = async ({ watch }: Visitor, page: Page): Promise<void> => {
  await watch.inspect(page)
  await page.context().close()
}

/** From the address to the first row, or to an empty document. */
const timeTo = async (page: Page, address: string, isThere: () => Promise<unknown>): Promise<number> => {
  const started = performance.now()
  await page.goto(address, { waitUntil: 'commit' })
  await isThere()
  return performance.now() - started
}

const measureFirstLoad = async (visitor: Visitor): Promise<{ readonly assetBytes: number; readonly listBytes: number; readonly emptyMs: number }> => {
  const page = await openPage(visitor, '/sources')
  await page.locator('[data-row]').first().waitFor()
  const sum = (part: string): Promise<number> =>
    page.evaluate<number>(
      `performance.getEntriesByType('resource').filter(({ name }) => name.includes('${part}')).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`,
    )
  const bytes = { assetBytes: await sum('/assets/'), listBytes: await sum('/v1/overview/sources') }
  const emptyMs = await timeTo(page, EMPTY_PAGE, () => page.waitForLoadState())
  await closePage(visitor, page)
  return { ...bytes, emptyMs }
}

/** With nothing cached, until the page answers: it has shown what was searched for. */
const measureColdStart = async (visitor: Visitor): Promise<number> => {
  const page = await openPage(visitor, EMPTY_PAGE)
  const session = await page.context().newCDPSession(page)
  await session.send('Network.clearBrowserCache')
  const spent = await timeTo(page, '/sources', async () => {
    await page.getByRole('searchbox').fill('many-77')
    await page.locator('[data-slug="many-77"]').waitFor()
  })
  await closePage(visitor, page)
  return spent
}

/** With a warm cache, as on every day but the first. */
const measureVisits = async (visitor: Visitor): Promise<{ readonly list: number; readonly empty: number }> => {
  const page = await openPage(visitor, '/sources')
  const list: number[] = []
  const empty: number[] = []
  for (let n = 0; n < VISITS; n += 1) {
    list.push(await timeTo(page, '/sources', () => page.locator('[data-row]').first().waitFor()))
    empty.push(await timeTo(page, EMPTY_PAGE, () => page.waitForLoadState()))
  }
  await closePage(visitor, page)
  return { list: median(list), empty: median(empty) }
}

const measureScroll = async (visitor: Visitor): Promise<number> => {
  const page = await openPage(visitor, '/sources?sort=name')
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
  await closePage(visitor, page)
  return longest
}

const measureLog = async (visitor: Visitor, runId: string): Promise<{ readonly log: number; readonly empty: number }> => {
  const page = await openPage(visitor, EMPTY_PAGE)
  const empty = await heapOf(page)
  await page.goto(`/runs/${runId}?tab=log`)
  await page.getByText(`line ${LINES} says`).waitFor({ timeout: 120_000 })
  const log = await heapOf(page)
  await closePage(visitor, page)
  return { log, empty }
}

/** In MB, without what nobody refers to any more. */
const heapOf = async (page: Page): Promise<number> => {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize / 1_000_000
}

const measureChange = async (visitor: Visitor): Promise<number> => {
  const page = await openPage(visitor, '/sources?q=seed')
  const row = page.getByRole('row', { name: /Seed/u })
  await row.waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  const started = performance.now()
  await visitor.stack.api.call('POST', '/v1/sources/00000000-0000-4000-8000-000000000001/pause')
  await until('the change', async () => ((await row.getByText('Paused').count()) > 0 ? true : null), { limitMs: 30_000, everyMs: 20 })
  const seen = performance.now() - started
  await closePage(visitor, page)
  return seen
}

/** Looks at every page once, for what the watch is for. */
const walkPages = async (visitor: Visitor): Promise<void> => {
  const page = await openPage(visitor, '/')
  for (const address of PAGES) {
    await page.goto(address)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await until('the page', async () => ((await page.locator('main [aria-busy=true]').count()) === 0 ? true : null), { limitMs: 30_000, everyMs: 50 })
    await visitor.watch.inspect(page)
  }
  await closePage(visitor, page)
}
