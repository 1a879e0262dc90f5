import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startEmbeddingServer, until } from '@inlet/testing'
import axe from 'axe-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSource } from '../../apps/api/testing/start-api.js'
import { type ConsoleStack, chromiumPath, startConsole } from './start-console.js'

describe.skipIf(chromiumPath === null)('who is notified', () => {
  let stack: ConsoleStack
  const bodies: string[] = []
  const receiver = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    request.on('end', () => {
      bodies.push(text)
      response.end('ok')
    })
  })
  beforeAll(async () => {
    stack = await startConsole()
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    receiver.close()
    await stack?.close()
  })

  it('is named, tried, changed and taken away, each kind with its own fields', async () => {
    const { page, complaints, close } = await stack.signIn('/notifications')
    await page.getByText('Nobody is notified').waitFor()
    await page.getByRole('button', { name: 'Add a target' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Kind').selectOption('email')
    for (const label of ['Mail server', 'From', 'To', 'User name, if the server requires one'])
      await dialog.getByLabel(label, { exact: true }).first().waitFor()
    await dialog.getByLabel('Kind').selectOption('pagerduty')
    await dialog.getByLabel('Routing key').waitFor()
    expect(await dialog.getByLabel('Mail server').count()).toBe(0)
    await dialog.getByLabel('Kind').selectOption('slack')
    await dialog.getByLabel('Name').fill('ops')
    await dialog.getByLabel('Address of the incoming webhook').fill('not an address')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.locator('.field .error').waitFor()
    await dialog.getByLabel('Address of the incoming webhook').fill(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/canary-path`)
    await page.evaluate(axe.source)
    const { violations } = await page.evaluate<{ violations: readonly { impact: string; id: string }[] }>('axe.run(document)')
    expect(violations.filter(({ impact }) => ['serious', 'critical'].includes(impact)).map(({ id }) => id)).toEqual([])
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('ops is saved.').waitFor()
    await page.getByRole('button', { name: 'Send a test' }).click()
    await until(() => bodies.length > 0, { timeoutMs: 60_000 })
    await page.getByRole('button', { name: 'Messages', exact: true }).click()
    await page.getByRole('dialog').getByText('Delivered').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Change' }).click()
    await page
      .getByRole('dialog')
      .getByLabel(/^Quiet hours/u)
      .check()
    await page.getByRole('dialog').getByLabel('Collect for (minutes)').fill('15')
    await page.getByRole('dialog').getByLabel('Stale').uncheck()
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByText(/^quiet 22:00–07:00 \(.+\), grouped every 15 min$/u).waitFor()
    const [target] = (await stack.api.get('/v1/notifications')).body.items
    expect(target).toMatchObject({
      kind: 'slack',
      groupMinutes: 15,
      events: ['error', 'quarantine', 'content', 'recovery'],
      quietHours: { from: '22:00' },
    })
    expect(await page.content()).not.toContain('canary-path')
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('Nobody is notified').waitFor()
    expect(complaints.filter((text) => !text.includes('422'))).toEqual([])
    await close()
  })

  it('makes shared credentials and replaces their secrets, which are never shown', async () => {
    const { page, complaints, close } = await stack.signIn('/credentials')
    await page.getByRole('button', { name: 'New credential' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('shop-database')
    await dialog.getByLabel('Connector').selectOption({ label: 'PostgreSQL' })
    await dialog.getByLabel('Password').fill('canary-one')
    await dialog.getByLabel('May be sent to').fill('127.0.0.1:5432')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('shop-database is saved.').waitFor()
    await page.getByRole('button', { name: 'Change' }).click()
    await dialog.getByLabel('Password').fill('canary-two')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(await page.content()).not.toMatch(/canary-(one|two)/u)
    await page.getByRole('button', { name: 'Delete' }).click()
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('No shared credentials').waitFor()
    expect(complaints).toEqual([])
    await close()
  })

  it('delivers changes to a sink, which can be paused, resumed, changed and deleted', async () => {
    const { page, complaints, close } = await stack.signIn('/sinks')
    await page.getByText('No sink').waitFor()
    await page.getByRole('button', { name: 'New sink' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('warehouse')
    await dialog.getByLabel('Address').fill('not an address')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.locator('.field .error').waitFor()
    await dialog.getByLabel('Address').fill(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/canary-sink`)
    await page.keyboard.press('Enter')
    await page.getByText('It is shown only once.').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).first().click()
    await page.getByText('Up to date').waitFor()
    await page.getByRole('button', { name: 'Test', exact: true }).click()
    await page.getByText(/warehouse answered 2\d\d to a test message/u).waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('Paused', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Change' }).click()
    await dialog.getByLabel('Only of this stream').fill('documents')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('warehouse is saved.').waitFor()
    const [sink] = (await stack.api.get('/v1/sinks')).body.items
    expect(sink).toMatchObject({ name: 'warehouse', stream: 'documents', active: false })
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByText('Up to date').waitFor()
    expect(await page.content()).not.toContain('canary-sink')
    await page.getByRole('button', { name: 'Delete' }).click()
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('No sink').waitFor()
    expect(complaints.filter((text) => !text.includes('422'))).toEqual([])
    await close()
  })

  it('shows how far the vectors of a model are, lets search use it, and goes back', async () => {
    const server = await startEmbeddingServer()
    const { page, complaints, close } = await stack.signIn('/generations')
    await page.getByText('Search finds by words alone').waitFor()
    expect(await page.getByRole('button', { name: 'Go back' }).count()).toBe(0)
    await page.getByRole('button', { name: 'New model' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Address', { exact: true }).fill(server.url)
    await dialog.getByLabel('Model', { exact: true }).fill('words')
    await dialog.getByLabel('API key', { exact: true }).fill('canary-embedding-key')
    await dialog.getByRole('button', { name: 'Make the vectors' }).click()
    await page.getByText('Ready', { exact: true }).waitFor()
    await page.getByText('Found by comparing all:').waitFor()
    await page.getByRole('button', { name: 'Change' }).click()
    await dialog.getByLabel('Weight').fill('0,6')
    await dialog.getByLabel('Tokens a day at most').fill('50000')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('words is saved.').waitFor()
    expect((await stack.api.get('/v1/search/generations')).body.items[0]).toMatchObject({
      weight: 0.6,
      tokensPerDay: 50_000,
      hasKey: true,
      rerank: null,
    })
    await page.getByRole('button', { name: 'Use for search' }).click()
    await dialog.getByRole('button', { name: 'Use for search' }).click()
    await page.getByText('Used by search').waitFor()
    await page.getByRole('button', { name: 'Go back' }).click()
    await dialog.getByRole('button', { name: 'Go back' }).click()
    await page.getByText('Used by search').waitFor({ state: 'detached' })
    expect(await page.content()).not.toContain('canary-embedding-key')
    await page.getByRole('button', { name: 'Delete' }).click()
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('Search finds by words alone').waitFor()
    expect(complaints).toEqual([])
    await close()
    await server.close()
  })

  it('shows a reader what there is, without what a reader may not do', async () => {
    await stack.api.post('/v1/sinks', { name: 'theirs', url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/` })
    const { key } = (await stack.api.post('/v1/keys', { name: 'reader', scopes: ['read'] })).body
    const { page, close } = await stack.signIn('/sinks', { key })
    await page.getByText('theirs').waitFor()
    for (const name of ['New sink', 'Test', 'Pause', 'Change', 'Delete'])
      expect([name, await page.getByRole('button', { name, exact: true }).count()]).toEqual([name, 0])
    await page.goto('/generations')
    await page.getByText('Search finds by words alone').waitFor()
    expect(await page.getByRole('button', { name: 'New model' }).count()).toBe(0)
    await close()
  })

  it('shows incidents by cause, with the step once, and the sources of a cause when it is opened', async () => {
    const { api } = stack
    const ids: string[] = []
    for (let n = 10; n < 16; n++) ids.push((await api.post('/v1/sources', newSource({ slug: `shop-${n}`, runNow: false }))).body.id)
    // Incidents of sources that are well are closed at once.
    const insert = `WITH broken AS (UPDATE sources SET status = 'ERROR', status_reason = $2, status_message = 'broken' WHERE id = ANY($1) RETURNING id, slug)
      INSERT INTO incidents (source_id, kind, reason, message, next, since, opened_at)
      SELECT id, 'error', $2, 'the token of ' || slug || ' has expired', 'Ask for a new token.', now() - interval '1 hour', now() FROM broken`
    await api.database.pool.query(insert, [ids.slice(0, 5), 'AUTH_FAILED'])
    await api.database.pool.query(insert, [ids.slice(5), 'TLS_FAILED'])
    const { page, complaints, close } = await stack.signIn('/notifications')
    const causes = page.locator('.incidents > li')
    const cause = page.getByRole('button', { name: '5 sources: Credentials refused' })
    await cause.waitFor()
    expect(await causes.count()).toBe(2)
    expect(await page.getByText('Ask for a new token.').count()).toBe(2)
    await page.getByRole('link', { name: 'shop-15: No secure connection' }).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.locator('.members').getByText('The token of shop-10 has expired.').waitFor()
    expect([await cause.getAttribute('aria-expanded'), await causes.first().locator('.members li').count()]).toEqual(['true', 5])
    expect(await page.getByText('Ask for a new token.').count()).toBe(2)
    // Opened, it has an address.
    await page.reload()
    await page.getByRole('link', { name: 'shop-12', exact: true }).waitFor()
    await page.getByRole('link', { name: 'Show these sources in the list' }).click()
    await page.waitForURL('**/sources?reason=AUTH_FAILED')
    // The overview says it as well, once for each cause.
    await page.goto('/')
    await page.getByText('Ask for a new token.').first().waitFor()
    expect(await page.getByRole('listitem').filter({ hasText: 'Ask for a new token.' }).count()).toBe(2)
    expect(complaints).toEqual([])
    for (const id of ids) await api.delete(`/v1/sources/${id}`)
    await close()
  })

  it('reads a long list page by page', async () => {
    const keys = Array.from({ length: 60 }, (_, n) => n)
    for (const n of keys) await stack.api.post('/v1/keys', { name: `key ${String(n).padStart(2, '0')}`, scopes: ['read'] })
    const { page, close } = await stack.signIn('/settings')
    await page
      .getByText(/^key \d\d$/u)
      .first()
      .waitFor()
    const shown = await page.locator('tbody tr').count()
    expect(shown).toBe(50)
    await page.getByRole('button', { name: 'Load more' }).click()
    await until(async () => (await page.locator('tbody tr').count()) > 60)
    expect(await page.getByText(/^key \d\d$/u).count()).toBe(60)
    await close()
  })
})
