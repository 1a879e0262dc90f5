import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSource } from '../../apps/api/testing/start-api.js'
import { type ConsoleStack, chromiumPath, startConsole } from './start-console.js'

const MANY = 5_000

/** As many sources as an operator may have, copies of one that was registered. */
const copySources = async ({ api }: ConsoleStack): Promise<void> => {
  await api.post('/v1/sources', newSource({ name: 'Seed', slug: 'seed', labels: { team: 'sales' } }))
  await api.database.pool.query(
    `INSERT INTO sources SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), 'slug', 'many-' || n, 'name', 'Many ' || n,
       'name_key', 'many ' || n, 'last_outcome', CASE WHEN n % 500 = 0 THEN 'failed' ELSE 'ok' END, 'last_error_message', 'the table is gone'))).*
     FROM sources s, generate_series(1, $1) n WHERE s.slug = 'seed'`,
    [MANY],
  )
}

describe.skipIf(chromiumPath === null)('the list of sources', () => {
  let stack: ConsoleStack
  beforeAll(async () => {
    stack = await startConsole()
    await copySources(stack)
  })
  afterAll(() => stack?.close())

  it('shows 5,000 sources with only the rows in sight in the page, the worst first', async () => {
    const { page, complaints, close } = await stack.signIn('/sources')
    await page.getByText('the table is gone').first().waitFor()
    expect(await page.locator('.source-rows [role=row]').count()).toBeLessThan(80)
    expect(await page.locator('[role=table]').getAttribute('aria-rowcount')).toBe(String(MANY + 2))
    await page.getByRole('button', { name: /^Needs attention 10/u }).click()
    await page.waitForURL('**/sources?show=attention')
    await page.mouse.wheel(0, 5_000)
    expect(complaints).toEqual([])
    await close()
  })

  it('shows other sources in the elements of before when the wheel leaves all of them, and keeps the focus from going to another source', async () => {
    const { page, complaints, close } = await stack.signIn('/sources?sort=name')
    await page.getByRole('link', { name: 'Many 1', exact: true }).focus()
    await page.evaluate(`for (const row of document.querySelectorAll('.source-rows [role=row]')) row.marked = true`)
    await page.mouse.move(640, 400)
    await page.mouse.wheel(0, 20_000)
    await page.getByRole('link', { name: 'Many 1', exact: true }).waitFor({ state: 'detached' })
    expect(await page.evaluate(`[...document.querySelectorAll('.source-rows [role=row]')].filter(({ marked }) => marked).length`)).toBeGreaterThan(10)
    expect(await page.evaluate('document.activeElement.tagName')).toBe('BODY')
    expect(complaints).toEqual([])
    await close()
  })

  it('searches as one types, leaves out what has a minus, and keeps it all in the address', async () => {
    const { page, close } = await stack.signIn('/sources')
    await page.getByRole('searchbox').fill('many-499 -many-4990 team:sales')
    const names = (): Promise<string[]> => page.locator('[data-row]').allTextContents()
    await until(async () => (await names()).length === 10)
    expect(await names()).not.toContain('Many 4990')
    await page.getByLabel('Select Many 4991').check()
    await page.getByRole('button', { name: /^Source/u }).click()
    await until(() => page.url().includes('select=many-4991') && page.url().includes('sort=name'))
    await page.reload()
    await page.getByText('1 selected').waitFor()
    expect((await names())[0]).toBe('Many 499')
    expect(await page.getByRole('searchbox').inputValue()).toBe('many-499 -many-4990 team:sales')
    await page.getByRole('searchbox').fill('nothing like this')
    await page.getByText('No source matches').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByRole('link', { name: 'Many 10', exact: true }).waitFor()
    await close()
  })

  it('finds what is broken for one cause, and keeps a filter under a name', async () => {
    await stack.api.database.pool.query(`UPDATE sources SET last_error_reason = CASE WHEN slug = 'many-500' THEN 'AUTH_FAILED' ELSE 'SCHEMA_CHANGED' END
      WHERE last_outcome = 'failed'`)
    const { page, complaints, close } = await stack.signIn('/sources')
    await page.getByLabel('Cause').selectOption({ label: 'Credentials refused (1)' })
    await page.waitForURL('**/sources?reason=AUTH_FAILED')
    await until(async () => (await page.locator('[data-row]').allTextContents()).join() === 'Many 500')
    await page.getByRole('button', { name: 'Save this filter…' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('Logins')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByLabel('Cause').selectOption('')
    await page.reload()
    await page.getByRole('button', { name: 'Logins', exact: true }).click()
    await page.waitForURL('**/sources?reason=AUTH_FAILED')
    await page.goto('/records')
    await page.getByRole('heading', { level: 1, name: 'Records' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('login')
    await page.getByRole('option', { name: 'Logins Saved filters' }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/sources?reason=AUTH_FAILED')
    await page.getByRole('button', { name: 'Remove the saved filter Logins' }).click()
    await page.getByRole('button', { name: 'Save this filter…' }).waitFor()
    expect(complaints).toEqual([])
    await close()
  })

  it('shows on the overview every cause there is: the most frequent ones, how many more there are, and a way to each', async () => {
    const causes = [
      'TIMEOUT',
      'UNREACHABLE',
      'DNS_FAILED',
      'TLS_FAILED',
      'AUTH_FAILED',
      'NOT_FOUND_UPSTREAM',
      'PERMISSION_DENIED',
      'SQL_SYNTAX',
      'INTERNAL',
    ]
    await stack.api.database.pool.query(
      `UPDATE sources s SET last_error_reason = ($1::text[])[least(n, 9)]
       FROM (SELECT id, row_number() OVER (ORDER BY slug) n FROM sources WHERE last_outcome = 'failed') broken WHERE broken.id = s.id`,
      [causes],
    )
    const { page, complaints, close } = await stack.signIn('/')
    await page.getByRole('link', { name: '2 sources: Internal error' }).waitFor()
    await page.getByText('Credentials refused: the table is gone').waitFor()
    await page.getByRole('link', { name: '1 more cause: 1 source' }).click()
    await page.waitForURL('**/sources?show=attention')
    await page.goto('/')
    await page.getByRole('link', { name: '2 sources: Internal error' }).click()
    await page.waitForURL('**/sources?reason=INTERNAL')
    await until(async () => (await page.locator('[data-row]').count()) === 2)
    expect(complaints).toEqual([])
    await close()
  })

  it('opens a source of any name, also one called new', async () => {
    const { page, complaints, close } = await stack.signIn('/sources/new')
    await page.getByRole('heading', { level: 1, name: 'New source' }).waitFor()
    await page.waitForURL('**/new-source')
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([])
    await stack.api.post('/v1/sources', newSource({ name: 'News', slug: 'new' }))
    await page.goto('/sources/new')
    await page.getByRole('heading', { level: 1, name: 'News' }).waitFor()
    await page.getByRole('link', { name: 'Settings', exact: true }).first().click()
    await page.waitForURL('**/sources/new?tab=settings')
    await page.goto('/sources')
    await page.getByRole('link', { name: 'New source' }).click()
    await page.waitForURL('**/new-source')
    await stack.api.delete('/v1/sources/new')
    await close()
  })

  it('says what an action will do, does it, and shows each failure; the result can be opened again, tried again and undone', async () => {
    const { page, complaints, close } = await stack.signIn('/sources?q=many-77&select=many-77,many-770,many-771')
    await page.getByText('3 selected').waitFor()
    await stack.api.post('/v1/sources/many-770/pause')
    await page
      .getByRole('row', { name: /Many 770/u })
      .getByText('Paused')
      .waitFor()
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('2 are paused: active runs finish').waitFor()
    await dialog.getByText('1 already has the requested state').waitFor()
    // Somebody else is quicker: what was paused already is no failure.
    await dialog.getByRole('button', { name: 'Pause' }).click()
    await dialog.getByText('Done: 2.', { exact: true }).waitFor()
    expect((await stack.api.get('/v1/sources/many-771')).body.status).toBe('PAUSED')
    await stack.api.post('/v1/sources/many-771/stop')
    await dialog.getByRole('button', { name: 'Undo: resume 2' }).click()
    await dialog.getByText('Done: 1. Not done: 1.').waitFor()
    const link = page.url()
    expect(link).toMatch(/bulk=[0-9a-f-]{36}/u)
    await page.goto('/bulk-operations')
    await page.getByText('Done: 1. Not done: 1.').waitFor()
    await page.getByRole('button', { name: 'Resume: 2 sources' }).click()
    await page.getByRole('dialog').getByText('the source is stopped').waitFor()
    await page.goto(link)
    await dialog.getByText('the source is stopped').waitFor()
    await stack.api.post('/v1/sources/many-771/start')
    await dialog.getByRole('button', { name: 'Try 1 again' }).click()
    await dialog.getByText('Done: 1.', { exact: true }).waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    expect(complaints).toEqual([])
    await close()
  })

  it('takes back only what it can restore: a source that waited for a repair is not paused', async () => {
    const { api } = stack
    await api.post('/v1/sources/many-661/pause')
    await api.database.pool.query(
      `UPDATE sources SET status = 'ERROR', status_reason = 'AUTH_FAILED', status_message = 'no' WHERE slug IN ('many-662', 'many-663')`,
    )
    const { page, complaints, close } = await stack.signIn('/sources?q=many-66&select=many-661,many-662')
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Resume' }).click()
    await dialog.getByText('Done: 2.', { exact: true }).waitFor()
    await dialog.getByText('Pause does not include 1 source that was in another state before').waitFor()
    await dialog.getByRole('button', { name: 'Undo: pause 1' }).click()
    await dialog.getByText('Done: 1.', { exact: true }).waitFor()
    expect((await api.get('/v1/sources/many-661')).body.status).toBe('PAUSED')
    expect((await api.get('/v1/sources/many-662')).body.status).toBe('ACTIVE')
    await page.goto('/sources/many-663')
    await page.getByRole('button', { name: 'Resume' }).first().click()
    await page.getByText('Resumed.').waitFor()
    expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0)
    expect(complaints).toEqual([])
    await close()
  })

  it('labels what is selected, and finds it by that', async () => {
    const { page, complaints, close } = await stack.signIn('/sources?q=many-44')
    await page.getByLabel('Select all that match').check()
    await page.getByText('111 selected').waitFor()
    await page.getByRole('button', { name: 'Label', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Label', { exact: true }).fill('not a label!')
    await dialog.getByLabel('Value').fill('x')
    await dialog.getByLabel('team').check()
    await dialog.getByText('111 get new labels.').waitFor()
    await dialog.getByRole('button', { name: 'Label', exact: true }).click()
    await dialog.getByRole('alert').first().waitFor()
    await dialog.getByLabel('Label', { exact: true }).fill('tier')
    await dialog.getByLabel('Value').fill('gold')
    await dialog.getByRole('button', { name: 'Label', exact: true }).click()
    await dialog.getByText('Done: 111.', { exact: true }).waitFor({ timeout: 60_000 })
    await dialog.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Clear selection' }).click()
    await page.getByRole('searchbox').fill('tier:gold -team:sales')
    await until(async () => (await page.locator('[role=table]').getAttribute('aria-rowcount')) === '112')
    expect(complaints.filter((text) => !text.includes('422'))).toEqual([])
    await close()
  })

  it('follows what happens without moving the row under the pointer', async () => {
    const { page, close } = await stack.signIn('/sources?q=many-88')
    const row = page.getByRole('row', { name: /Many 88\b/u }).first()
    await row.hover()
    const before = await row.boundingBox()
    await stack.api.post('/v1/sources/many-88/stop')
    await row.getByText('Stopped').waitFor()
    expect(await row.boundingBox()).toEqual(before)
    await page.getByRole('heading', { name: 'Sources' }).hover()
    await until(async () => (await row.boundingBox())?.y !== before?.y)
    await close()
  })

  it('says when the connection is lost, and recovers', async () => {
    const { page, close } = await stack.signIn('/sources?q=many-99')
    await page.getByText('Live', { exact: true }).waitFor()
    await page.route('**/v1/events/stream', (route) => route.abort())
    await page.reload()
    await page.getByText('What you see may be out of date.').waitFor()
    await page.unroute('**/v1/events/stream')
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByText('What you see may be out of date.').waitFor({ state: 'detached' })
    expect(await page.getByText('Live', { exact: true }).count()).toBe(1)
    await close()
  })
})
