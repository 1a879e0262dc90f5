import { until } from '@inlet/testing'
import axe from 'axe-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConsoleStack, chromiumPath, startConsole } from './start-console.js'

const LINES = 100_000

describe.skipIf(chromiumPath === null)('the page of a run', () => {
  let stack: ConsoleStack
  let runId: string
  beforeAll(async () => {
    stack = await startConsole()
    const body = { name: 'Notes', slug: 'notes', connector: 'file', config: { paths: ['*.md', '/nowhere/x.md'] }, runNow: true }
    const created = await stack.api.post('/v1/sources', body)
    runId = created.body.runId
    await until(async () => (await stack.api.get(`/v1/runs/${runId}`)).body.status === 'ended', { timeoutMs: 60_000 })
  })
  afterAll(() => stack?.close())

  it('shows where the time went: queued, attempts, streams and waits', async () => {
    const past = `UPDATE runs SET created_at = now() - interval '10 minutes', started_at = now() - interval '9 minutes', attempts = jsonb_build_array(
      jsonb_build_object('number', 1, 'worker', 'host:1:x', 'startedAt', now() - interval '9 minutes', 'endedAt', now() - interval '8 minutes', 'left', 'parked',
        'reason', 'RATE_LIMITED', 'message', 'asked to wait by the source'),
      jsonb_build_object('number', 2, 'worker', 'host:2:y', 'startedAt', now() - interval '3 minutes', 'endedAt', now() - interval '2 minutes', 'left', 'lost'), jsonb_set(attempts->0, '{number}', '3')) WHERE id = $1`
    await stack.api.database.pool.query(past, [runId])
    const { page, complaints, close } = await stack.signIn(`/runs/${runId}`)
    const timeline = page.getByRole('list', { name: 'Where the time went' })
    await timeline.getByText('Attempt 1').first().waitFor()
    const rows = await timeline.locator('li').allInnerTexts()
    const names = rows.map((row) => row.split('\n')[0])
    expect(names.slice(0, 4)).toEqual(['Queued', 'Attempt 1', 'Waited', 'Attempt 2'])
    expect(rows[2]).toContain('5m')
    expect(rows[2]).toContain('asked to wait by the source')
    expect(rows[3]).toContain('its worker was lost')
    expect(rows.join()).not.toMatch(/-\d/u)
    // What was read is found again in what became of it.
    const figures = await page.locator('.figure').allInnerTexts()
    const [read, ...became] = figures.map(Number)
    expect(read).toBe(became.reduce((sum, n) => sum + n, 0))
    expect(complaints).toEqual([])
    await close()
  })

  it('has what the worker said, and links to one line of it', async () => {
    const { page, complaints, close } = await stack.signIn(`/runs/${runId}?tab=log`)
    const log = page.getByRole('log')
    await log.getByText('reading from the beginning').first().waitFor()
    await log.locator('.log-line button').first().click()
    await page.waitForURL(/line=\d+/u)
    await page.getByRole('button', { name: 'Copy link to the line' }).waitFor()
    expect(complaints).toEqual([])
    await close()
  })

  it('takes 100,000 lines: filters them, goes to one, downloads them, and has few in the page', async () => {
    await stack.api.database.pool.query(
      `INSERT INTO run_logs (run_id, attempt, at, level, stream, message)
       SELECT $1, 1, now(), CASE WHEN n % 1000 = 0 THEN 'error' WHEN n % 100 = 0 THEN 'warn' ELSE 'info' END, CASE WHEN n % 2 = 0 THEN 'even' ELSE 'odd' END,
         'line ' || n || ' says something of usual length about what was read <b>here</b>' FROM generate_series(1, $2::int) n`,
      [runId, LINES],
    )
    const { page, complaints, close } = await stack.signIn(`/runs/${runId}?tab=log`)
    const log = page.getByRole('log')
    await log.getByText(`line ${LINES} says`).waitFor()
    expect(await log.locator('.log-line').count()).toBeLessThan(200)
    await page.getByLabel('Level').selectOption('error')
    await page.getByText(/^10\d of 100,\d+ lines$/u).waitFor()
    await page.getByLabel('Stream').selectOption('odd')
    await page.getByText('No line matches').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByRole('searchbox').fill('line 50000 says')
    await page.getByText(/^1 of /u).waitFor()
    await log.locator('.log-line button').click()
    await page.waitForURL(/line=\d+/u)
    const address = new URL(page.url())
    await page.goto(`${address.pathname}?tab=log&line=${address.searchParams.get('line')}`)
    await page.locator('[data-marked]').getByText('line 50000 says').waitFor()
    await page.evaluate(axe.source)
    const { violations } = await page.evaluate<{ violations: readonly { impact: string; id: string }[] }>('axe.run(document)')
    expect(violations.filter(({ impact }) => ['serious', 'critical'].includes(impact)).map(({ id }) => id)).toEqual([])
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download' }).click()
    expect((await downloading).suggestedFilename()).toBe(`run-${runId}.log`)
    await page.getByRole('button', { name: 'Jump to the end' }).click()
    await log.getByText(`line ${LINES} says`).waitFor()
    expect(complaints).toEqual([])
    await close()
  }, 120_000)

  it('follows a run under way: at the end it stays at the end, elsewhere it stays where the reader is', async () => {
    const { body: source } = await stack.api.post('/v1/sources', {
      name: 'Busy',
      slug: 'busy',
      connector: 'file',
      config: { paths: ['*.md'] },
      runNow: false,
    })
    const { rows } = await stack.api.database.pool.query<{ id: string }>(
      `INSERT INTO runs (source_id, version_id, trigger, status, started_at, enqueued_at) SELECT id, version_id, 'manual', 'parked', now(), now() FROM sources WHERE id = $1 RETURNING id`,
      [source.id],
    )
    const id = rows[0]?.id ?? ''
    const say = (from: number, to: number) =>
      stack.api.database.pool.query(
        `INSERT INTO run_logs (run_id, attempt, at, level, message) SELECT $1, 1, now(), 'info', 'line ' || n || '.' FROM generate_series($2::int, $3::int) n`,
        [id, from, to],
      )
    await say(1, 500)
    const { page, close } = await stack.signIn(`/runs/${id}?tab=log`)
    const log = page.getByRole('log')
    await log.getByText('line 500.').waitFor()
    await say(501, 520)
    await log.getByText('line 520.').waitFor()
    await log.hover()
    await page.mouse.wheel(0, -100_000)
    await log.getByText('line 1.', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Jump to the end' }).waitFor()
    await say(521, 540)
    await page.getByText('540 lines').waitFor()
    expect(await page.evaluate(`document.querySelector('.log').scrollTop`)).toBe(0)
    await close()
  })
})
