import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { until } from '@inlet/testing'
import type { Locator } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSource } from '../../apps/api/testing/start-api.js'
import { allPages, type ConsoleStack, chromiumPath, startConsole } from './start-console.js'

const CANARY = 'canary-9f3c-of-the-password'
const HOSTILE = '<img src=x onerror="window.wasRun=true"> ‮evil‬'

/** Each must offer its request. */
const PAGES = allPages('alpha')

const isFocused = async (button: Locator): Promise<boolean> =>
  (await button.page().locator('button:focus').count()) === 1 && (await button.and(button.page().locator(':focus')).count()) === 1

describe.skipIf(chromiumPath === null)('what an operator relies on', () => {
  let stack: ConsoleStack
  const clipboard = { permissions: ['clipboard-read', 'clipboard-write'] }
  beforeAll(async () => {
    stack = await startConsole()
    const { api } = stack
    const secrets = { password: CANARY }
    const labels = { team: 'sales' }
    await api.post(
      '/v1/sources',
      newSource({ name: 'Alpha', slug: 'alpha', labels, secrets, schedule: { cron: '30 2 * * *', timeZone: 'Europe/Berlin' } }),
    )
    await api.post('/v1/sources', { name: 'Notes', slug: 'notes', connector: 'file', config: { paths: ['*.md'] }, runNow: true })
    await until(async () => (await api.get('/v1/sources/notes')).body.lastRun !== null, { timeoutMs: 60_000 })
  })
  afterAll(() => stack?.close())

  it('copies every view as curl, YAML and link, and as a command where there is one', async () => {
    const { page, close } = await stack.signIn('/', clipboard)
    const copied = async (what: string): Promise<string> => {
      await page.getByRole('button', { name: 'Copy as…' }).click()
      await page.getByRole('button', { name: what, exact: true }).click()
      await page.getByText('Copied').last().waitFor()
      const text = await page.evaluate<string>('navigator.clipboard.readText()')
      await page.evaluate('navigator.clipboard.writeText("")')
      return text
    }
    for (const address of PAGES) {
      await page.goto(address)
      await page.getByRole('button', { name: 'Copy as…' }).waitFor()
      const curl = await copied('Copy as curl')
      expect([address, curl]).toEqual([address, expect.stringMatching(/^curl -s -H "Authorization: Bearer \$INLET_API_KEY" '?http:\/\/127/u)])
      const [, requested = ''] = /(http:\/\/[^']+)'?$/u.exec(curl) ?? []
      expect([address, (await stack.api.get(requested.slice(stack.api.url.length))).status]).toEqual([address, 200])
    }
    await page.goto('/sources/alpha')
    expect(await copied('Copy as YAML')).toContain('sources:\n  alpha:\n    name: Alpha\n    connector: toy\n')
    expect(await copied('Copy as CLI')).toBe('inlet sources get alpha')
    expect(await copied('Copy link')).toBe(`${stack.api.url}/sources/alpha`)
    await close()
  })

  it('says why in one sentence, with the button that repairs it, on the row and on the page', async () => {
    await stack.api.post('/v1/sources/alpha/pause')
    const { page, complaints, close } = await stack.signIn('/sources')
    await page.getByRole('row', { name: /Alpha/u }).getByText('Paused').waitFor()
    await page.getByRole('link', { name: 'Alpha' }).click()
    const why = page.getByRole('region', { name: 'Status and cause' })
    await why.getByText('PAUSED', { exact: true }).waitFor()
    await why.getByRole('button', { name: 'Resume' }).click()
    await page.getByText('Resumed.').waitFor()
    await until(async () => (await stack.api.get('/v1/sources/alpha')).body.status === 'ACTIVE')
    await why.getByText(/Next run in /u).waitFor()
    expect(complaints).toEqual([])
    await close()
  })

  it('asks before a run may delete most records, and says how many', async () => {
    const { api, fileRoot } = stack
    const folder = path.join(fileRoot, 'mass')
    mkdirSync(folder)
    for (let n = 0; n < 100; n += 1) writeFileSync(path.join(folder, `${n}.md`), `# Note ${n}\n\nText.\n`)
    await api.post('/v1/sources', { name: 'Mass', slug: 'mass', connector: 'file', config: { paths: ['mass/*.md'] }, runNow: true })
    const ended = (outcome: string) => until(async () => (await api.get('/v1/sources/mass')).body.lastRun?.outcome === outcome, { timeoutMs: 60_000 })
    await ended('ok')
    for (let n = 1; n < 100; n += 1) rmSync(path.join(folder, `${n}.md`))
    await api.post('/v1/sources/mass/run', {})
    await ended('partial')
    const { page, complaints, close } = await stack.signIn('/sources/mass')
    await page.getByRole('button', { name: 'Run and allow the deletion' }).click()
    const dialog = page.getByRole('dialog', { name: 'Run and allow the deletion' })
    await dialog.getByText(/99 of 100 records of documents are gone at the source/u).waitFor()
    await dialog.getByRole('button', { name: 'Run and delete' }).click()
    await ended('ok')
    expect(complaints).toEqual([])
    await close()
  })

  it('shows times relative, local and in UTC by one switch, also in the night when the clocks change', async () => {
    // 02:30 does not exist on 28 March 2027 in Berlin, and exists twice on 31 October.
    const ticks = ['2027-03-28T00:59:59Z', '2027-03-28T01:00:00Z', '2027-10-31T00:30:00Z', '2027-10-31T01:30:00Z']
    await stack.api.database.pool.query(
      `INSERT INTO ticks (source_id, scheduled_for, outcome) SELECT s.id, t::timestamptz, 'ran' FROM sources s, unnest($1::text[]) t WHERE s.slug = 'alpha'`,
      [ticks],
    )
    const { page, close } = await stack.signIn('/sources/alpha?tab=schedule', { locale: 'de-DE', timezoneId: 'Europe/Berlin' })
    const rows = page.locator('table time')
    await rows.first().waitFor()
    const texts = (): Promise<string[]> => rows.allInnerTexts()
    await page.getByRole('button', { name: 'Local' }).click()
    await until(async () => (await texts()).some((text) => text.includes('02:30')))
    expect(await texts()).toEqual([
      expect.stringContaining('02:30'),
      expect.stringContaining('02:30'),
      expect.stringContaining('03:00'),
      expect.stringContaining('01:59'),
    ])
    const titles = await Promise.all((await rows.all()).map(async (row) => (await row.getAttribute('title'))?.split('\n')[0]))
    expect(titles).toEqual([
      expect.stringMatching(/02:30:00 MEZ$/u),
      expect.stringMatching(/02:30:00 MESZ$/u),
      expect.stringMatching(/03:00:00 MESZ$/u),
      expect.stringMatching(/01:59:59 MEZ$/u),
    ])
    await page.getByRole('button', { name: 'UTC' }).click()
    await until(async () => (await texts()).every((text) => text.endsWith('UTC')))
    expect((await texts())[0]).toContain('01:30')
    await page.getByRole('button', { name: 'Relative' }).click()
    await until(async () => (await texts()).every((text) => !text.includes('UTC')))
    expect(await page.locator('main').innerText()).not.toMatch(/(^|\s)-\d/u)
    await close()
  })

  it('groups the quarantine by reason, shows raw beside mapped, and takes an edited record', async () => {
    const { api } = stack
    const mapping = { '*': { keys: 'kept', expression: '{ "title": $uppercase(data.title), "occurredAt": data.when }' } }
    const csv = 'id,title,when\n1,first,2026-01-01T00:00:00Z\n2,second,not a moment\n3,third,neither\n'
    const { body: upload } = await api.send('POST', '/v1/uploads?name=shop.csv', {
      raw: csv,
      headers: { 'content-type': 'application/octet-stream' },
    })
    const source = { name: 'Shop', slug: 'shop', connector: 'file', config: { uploads: [upload.id] }, mapping, runNow: true }
    expect((await api.post('/v1/sources', source)).status).toBe(201)
    const open = async (): Promise<number> => (await api.get('/v1/sources/shop/quarantine?state=open')).body.items.length
    await until(async () => (await open()) === 2, { timeoutMs: 60_000 })
    const { page, complaints, close } = await stack.signIn('/quarantine')
    await page.getByRole('link', { name: 'Shop' }).first().click()
    await page.waitForURL(/tab=quarantine/u)
    // The address changes before the page does, and the first row of the page before is the link itself.
    await page.locator('button[data-row]').first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('The live mapping would send it to quarantine').waitFor()
    const editor = dialog.getByLabel('The record as it was read, before any mapping')
    const text = await editor.inputValue()
    await editor.fill(text.replace(/not a moment|neither/u, '2026-02-01T00:00:00Z'))
    await dialog.getByText('As the live mapping would store it now').waitFor()
    await dialog.getByText(/"title": "(SECOND|THIRD)"/u).waitFor()
    await dialog.getByRole('button', { name: 'Retry as edited' }).click()
    await until(async () => (await open()) === 1, { timeoutMs: 60_000 })
    await page.getByRole('button', { name: 'Retry these' }).click()
    await page.getByText(/^1 (are|is) retried/u).waitFor()
    await until(async () => (await api.get('/v1/sources/shop')).body.activeRun === null, { timeoutMs: 60_000 })
    await page.getByRole('button', { name: 'Drop these' }).click()
    await page.getByRole('dialog', { name: 'Drop these' }).getByRole('button', { name: 'Drop', exact: true }).click()
    await page.getByText('Dropped: 1.').waitFor()
    expect(await open()).toBe(0)
    expect(complaints).toEqual([])
    await close()
  })

  it('shows how a stored record would be mapped now', async () => {
    const { page, complaints, close } = await stack.signIn('/records?q=leases&source=notes')
    await page.locator('[data-row]').first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'How would it be mapped now?' }).click()
    await dialog.getByText('As the live mapping would store it now').waitFor()
    expect(complaints).toEqual([])
    await close()
  })

  it('keeps hostile names as text, and secrets out of page, address, storage and answers', async () => {
    const { api } = stack
    await api.database.pool.query(`UPDATE sources SET name = $1, name_key = 'hostile' WHERE slug = 'notes'`, [HOSTILE])
    await api.post('/v1/credentials', { name: 'shared', connector: 'toy', secrets: { password: CANARY } })
    const { page, close } = await stack.signIn('/sources')
    const answers: Promise<string>[] = []
    page.on('response', (response) => {
      if (response.url().includes('/v1/') && !response.url().includes('/stream')) answers.push(response.text().catch(() => ''))
    })
    for (const address of [...PAGES, '/sources/notes', '/sources/notes?tab=settings']) {
      await page.goto(address)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await until(async () => (await page.locator('main [aria-busy=true]').count()) === 0)
      const kept = await page.evaluate<string>(
        'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML, document.cookie, location.href])',
      )
      expect([address, kept.includes(CANARY), kept.includes(stack.api.keys.admin)]).toEqual([address, false, false])
      expect(await page.evaluate('window.wasRun')).toBeUndefined()
    }
    expect((await Promise.all(answers)).filter((text) => text.includes(CANARY))).toEqual([])
    await api.database.pool.query(`UPDATE sources SET name = 'Notes', name_key = 'notes' WHERE slug = 'notes'`)
    await close()
  })

  it('takes a draft to being live and back with the keyboard alone', async () => {
    await stack.api.send('PUT', '/v1/sources/notes/draft', { json: { config: { paths: ['hello.md'] } }, headers: { 'if-match': '*' } })
    const { page, close } = await stack.signIn('/sources/notes?tab=versions')
    await page.getByText('config.paths[0]').waitFor()
    const press = async (name: string | RegExp): Promise<void> => {
      const button = page.getByRole('button', { name }).last()
      await button.waitFor()
      for (let n = 0; n < 80; n++) {
        if (await isFocused(button)) break
        await page.keyboard.press('Tab')
      }
      expect(await isFocused(button)).toBe(true)
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid')
      await page.keyboard.press('Enter')
    }
    await press('Review on real records')
    await page.getByText(/tried on \d/u).waitFor()
    await press(/^Publish/u)
    await page.getByText('Published. The new version is live.').waitFor()
    await press('Roll back to this version')
    await page.getByText('Version 1 is live again').waitFor()
    await close()
  })

  it('is usable at 200 % zoom: nothing lies beside the window', async () => {
    // A browser at 200 % has half the pixels.
    const { page, close } = await stack.signIn('/', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 })
    for (const address of PAGES) {
      await page.goto(address)
      await page.getByRole('heading', { level: 1 }).waitFor()
      expect([address, await page.evaluate('document.documentElement.scrollWidth <= innerWidth')]).toEqual([address, true])
    }
    await close()
  })

  it('shows a change on the server within two seconds', async () => {
    const { page, close } = await stack.signIn('/sources?q=alpha')
    const row = page.getByRole('row', { name: /Alpha/u })
    await row.waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await stack.api.post('/v1/sources/alpha/stop')
    await row.getByText('Stopped').waitFor({ timeout: 2_000 })
    await stack.api.post('/v1/sources/alpha/start')
    await row.getByText('Stopped').waitFor({ state: 'detached', timeout: 2_000 })
    expect(await page.getByText('What you see may be out of date.').count()).toBe(0)
    await close()
  })
})
