import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '@inlet/testing'
import type { Locator, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConsoleStack, chromiumPath, startConsole } from './start-console.js'

const FOCUSED = `(() => {
  const { activeElement: at } = document
  return at === document.body ? 'nobody' : at.localName + ': ' + (at.getAttribute('aria-label') ?? at.innerText ?? '').trim().split('\\n')[0]
})()`

/** Presses a button with the keyboard alone. */
const press = async (target: Locator): Promise<void> => {
  await target.focus()
  await target.press('Enter')
}
/** Where the focus is, once it is there. */
const comesTo = async (page: Page, wanted: string): Promise<void> => {
  let at = ''
  await until(
    async () => {
      at = await page.evaluate<string>(FOCUSED)
      return at === wanted
    },
    { timeoutMs: 5_000 },
  ).catch(() => undefined)
  expect(at).toBe(wanted)
}

describe.skipIf(chromiumPath === null)('the focus, after what had it is gone', () => {
  let stack: ConsoleStack
  beforeAll(async () => {
    stack = await startConsole()
    const { api } = stack
    await api.post('/v1/sources', { name: 'Notes', slug: 'notes', connector: 'file', config: { paths: ['*.md'] }, runNow: true })
    const mapping = { '*': { keys: 'kept', expression: '{ "occurredAt": data.when }' } }
    const csv = 'id,when\n1,never\n2,not yet\n3,later\n'
    const { body: upload } = await api.send('POST', '/v1/uploads?name=shop.csv', {
      raw: csv,
      headers: { 'content-type': 'application/octet-stream' },
    })
    await api.post('/v1/sources', { name: 'Shop', slug: 'shop', connector: 'file', config: { uploads: [upload.id] }, mapping, runNow: true })
    for (const slug of ['notes', 'shop']) await until(async () => (await api.get(`/v1/sources/${slug}`)).body.lastRun !== null, { timeoutMs: 60_000 })
    for (const name of ['north', 'middle', 'south']) {
      await api.post('/v1/sinks', { name, url: 'http://127.0.0.1:9/' })
      await api.post('/v1/notifications', { name, url: 'http://127.0.0.1:9/' })
    }
  })
  afterAll(() => stack?.close())

  it('is on the heading of the settings once they are saved, given up or kept as a draft, and of the page after the draft', async () => {
    const { page, complaints, close } = await stack.signIn('/sources/notes?tab=settings')
    const button = (name: string) => page.getByRole('button', { name, exact: true })
    const name = page.getByLabel('Name', { exact: true })
    await name.fill('My notes')
    await press(button('Save and publish'))
    await page.getByText('Saved.').waitFor()
    await comesTo(page, 'h2: Settings')
    await press(button('Undo').last())
    await page.getByText('The earlier settings are restored.').waitFor()
    await comesTo(page, 'h2: Settings')
    await name.fill('Other notes')
    await press(button('Discard edits'))
    await comesTo(page, 'h2: Settings')
    await page.locator('[data-path="config.paths"]').fill('hello.md')
    await press(button('Save as draft'))
    await page.getByText('Saved as a draft.').waitFor()
    await comesTo(page, 'h2: Settings')
    await press(button('Test these settings'))
    await page.getByText('Records are returned').waitFor()
    await comesTo(page, 'button: Test these settings')
    await page.goto('/sources/notes?tab=versions')
    await press(button('Discard the draft'))
    await comesTo(page, 'h1: Notes')
    // However late the restored draft comes, what can be published is that one, not the one before it.
    await page.route('**/draft', async (route) => {
      if (route.request().method() === 'GET') await sleep(500)
      await route.continue()
    })
    await press(button('Undo'))
    await button('Publish').waitFor()
    // However late the source says that it has no draft any more, its draft is not asked for meanwhile.
    await page.route('**/v1/sources/notes', async (route) => {
      await sleep(1_500)
      await route.continue()
    })
    await press(button('Publish'))
    await page.getByText('Published. The new version is live.').waitFor()
    await comesTo(page, 'h1: Notes')
    expect(complaints).toEqual([])
    await close()
  })

  it('stays with the field or the group when a part of a form is taken away', async () => {
    const { page, complaints, close } = await stack.signIn('/sources/notes?tab=settings')
    for (const name of ['a', 'b']) {
      await page.getByRole('button', { name: 'Add a label' }).click()
      await page.getByLabel('Label', { exact: true }).last().fill(name)
    }
    await press(page.getByRole('button', { name: 'Remove the label b' }))
    await comesTo(page, 'input: Label')
    await press(page.getByRole('button', { name: 'Remove the label a' }))
    await comesTo(page, 'button: Add a label')
    expect(complaints).toEqual([])
    await close()
  })

  it('is on what says how the source is once that was changed, and never on another action', async () => {
    const { page, complaints, close } = await stack.signIn('/sources/notes')
    await press(page.getByRole('button', { name: 'Pause', exact: true }))
    await page.getByText('Paused. Resume it').waitFor()
    await comesTo(page, 'h1: Notes')
    await press(page.getByRole('region', { name: 'Status and cause' }).getByRole('button', { name: 'Resume' }))
    await page.getByText('Resumed.').waitFor()
    await comesTo(page, 'section: Status and cause')
    await press(page.getByRole('button', { name: 'Copy as…' }))
    await press(page.getByRole('button', { name: 'Copy link' }))
    await comesTo(page, 'button: Copy as…')
    expect(complaints.filter((text) => !text.includes('clipboard'))).toEqual([])
    await close()
  })

  it('is on the next row once a row is gone, and on what is said when none is left', async () => {
    const { page, complaints, close } = await stack.signIn('/sources/shop?tab=quarantine')
    const rows = page.locator('tbody tr')
    await rows.nth(2).waitFor()
    const second = await rows.nth(1).getByRole('button').innerText()
    await press(rows.first().getByRole('button'))
    await press(page.getByRole('dialog').getByRole('button', { name: 'Drop' }))
    await until(async () => (await rows.count()) === 2)
    await comesTo(page, `button: ${second}`)
    await press(page.getByRole('button', { name: 'Drop all' }))
    await press(page.getByRole('dialog').getByRole('button', { name: 'Drop', exact: true }))
    await page.getByText('Nothing is in quarantine').waitFor()
    await comesTo(page, 'h2: Nothing is in quarantine')
    for (const [address, control] of [
      ['/sinks', 'button: Test'],
      ['/notifications', 'button: Messages'],
    ] as const) {
      await page.goto(address)
      const row = page.getByRole('row', { name: /middle/u })
      await press(row.getByRole('button', { name: 'Delete' }))
      await press(page.getByRole('dialog').getByRole('button', { name: 'Delete' }))
      await row.waitFor({ state: 'detached' })
      await comesTo(page, control)
    }
    expect(complaints).toEqual([])
    await close()
  })

  it('is in the row of a key that was revoked, and on the first of the keys that were asked for', async () => {
    for (let n = 0; n < 60; n++) await stack.api.post('/v1/keys', { name: `key ${String(n).padStart(2, '0')}`, scopes: ['read'] })
    const { page, complaints, close } = await stack.signIn('/settings')
    const row = page.getByRole('row', { name: /key 30/u })
    await press(row.getByRole('button', { name: 'Revoke' }))
    await press(page.getByRole('dialog').getByRole('button', { name: 'Revoke' }))
    await row.getByText('Revoked').waitFor()
    await until(async () => (await row.and(page.locator(':focus')).count()) === 1)
    await press(page.getByRole('button', { name: 'Load more' }))
    await until(async () => (await page.locator('tbody tr').nth(50).and(page.locator(':focus')).count()) === 1)
    expect(complaints).toEqual([])
    await close()
  })

  it('is on the heading of the next page', async () => {
    const { page, complaints, close } = await stack.signIn('/sources?q=nothing')
    await press(page.getByRole('button', { name: 'Clear filters' }))
    await comesTo(page, 'h1: Sources')
    await press(page.getByRole('link', { name: 'Shop' }))
    await comesTo(page, 'h1: Shop')
    await press(page.getByRole('button', { name: 'Delete' }))
    await page.keyboard.type('shop')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/sources')
    await comesTo(page, 'h1: Sources')
    await page.goto('/records?source=notes')
    await press(page.getByRole('button', { name: 'source: notes ×' }))
    await comesTo(page, 'h1: Records')
    expect(complaints).toEqual([])
    await close()
  })
})
