import { startEmbeddingServer, until } from '@inlet/testing'
import axe from 'axe-core'
import type { Locator, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConsoleStack, chromiumPath, startConsole } from './start-console.js'

const LONG = `Ein sehr langer Name, 東京の注文 ${'x'.repeat(60)}`

interface Dialog {
  readonly name: string
  readonly address: string
  /** What is pressed to open it. */
  readonly opener: (page: Page) => Locator
  /** What is done before it can be pressed. */
  readonly before?: (page: Page) => Promise<unknown>
  /** What opens it instead of a press. */
  readonly open?: (page: Page) => Promise<unknown>
  /** What the dialog asks first: the one behind it is meant. */
  readonly fill?: (page: Page) => Promise<unknown>
}

/** The search of a page: keys mean the same wherever the focus is. */
const inSearch = (page: Page): Locator => page.getByRole('searchbox')

const button = (name: string | RegExp) => (page: Page) =>
  page
    .locator('main')
    .getByRole('button', { name, exact: typeof name === 'string' })
    .first()

/** Creates what the dialog is for, so that the one with its secret follows. */
const createWith = (address: RegExp | null) => async (page: Page) => {
  // A name is used once: each width makes its own.
  await page.getByLabel('Name', { exact: true }).fill(`${page.viewportSize()?.width} ${LONG}`)
  if (address !== null) await page.getByRole('dialog').getByLabel(address).fill('https://example.com/hook')
  await page.getByRole('dialog').locator('button[type=submit]').click()
  await page
    .getByRole('dialog')
    .getByText(/only once/u)
    .waitFor()
}

const DIALOGS: readonly Dialog[] = [
  { name: 'command palette', address: '/sources', opener: inSearch, open: (page) => page.keyboard.press('Control+k') },
  {
    name: 'command palette that finds nothing',
    address: '/sources',
    opener: inSearch,
    open: (page) => page.keyboard.press('Control+k'),
    fill: (page) => page.keyboard.type('x'.repeat(200)),
  },
  {
    name: 'keyboard shortcuts',
    address: '/sources',
    opener: (page) => page.locator('a[data-row]').first(),
    open: (page) => page.keyboard.press('?'),
  },
  { name: 'mass deletion', address: '/sources/many', opener: button('Run and allow the deletion') },
  { name: 'read again', address: '/sources/shop', opener: button('Read again…') },
  { name: 'delete a source', address: '/sources/shop', opener: button('Delete') },
  { name: 'a quarantined record', address: '/sources/shop?tab=quarantine', opener: (page) => page.locator('button[data-row]').first() },
  { name: 'drop quarantined records', address: '/sources/shop?tab=quarantine', opener: button(/^Drop/u) },
  { name: 'a record', address: '/records?source=shop', opener: (page) => page.locator('[data-row]').first() },
  { name: 'label many', address: '/sources?select=shop', opener: button('Label') },
  { name: 'pause many', address: '/sources?select=shop', opener: button('Pause') },
  { name: 'a bulk operation', address: '/bulk-operations', opener: button(/1 source/u) },
  { name: 'new sink', address: '/sinks', opener: button('New sink') },
  { name: 'change a sink', address: '/sinks', opener: button('Change') },
  { name: 'delete a sink', address: '/sinks', opener: button('Delete') },
  { name: 'new model', address: '/generations', opener: button('New model') },
  { name: 'change a model', address: '/generations', opener: button('Change') },
  { name: 'use a model', address: '/generations', opener: button('Use for search') },
  { name: 'delete a model', address: '/generations', opener: button('Delete') },
  { name: 'new target', address: '/notifications', opener: button('Add a target') },
  { name: 'change a target', address: '/notifications', opener: button('Change') },
  { name: 'messages', address: '/notifications', opener: button('Messages') },
  { name: 'delete a target', address: '/notifications', opener: button('Delete') },
  { name: 'new credential', address: '/credentials', opener: button('New credential') },
  { name: 'change a credential', address: '/credentials', opener: button('Change') },
  { name: 'delete a credential', address: '/credentials', opener: button('Delete') },
  { name: 'new key', address: '/settings', opener: button('Create a key') },
  { name: 'secret of a sink, shown once', address: '/sinks', opener: button('New sink'), fill: createWith(/^Address/u) },
  { name: 'secret of a target, shown once', address: '/notifications', opener: button('Add a target'), fill: createWith(/^Address/u) },
  { name: 'key, shown once', address: '/settings', opener: button('Create a key'), fill: createWith(null) },
  { name: 'revoke a key', address: '/settings', opener: button('Revoke') },
]

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string }[]
}

const seriousIn = async (page: Page): Promise<readonly string[]> => {
  const { violations } = await page.evaluate<{ violations: readonly Violation[] }>('axe.run(document.querySelector("dialog"))')
  return violations
    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
}

/** What is cut off: a dialog that is wider than the window, and content wider than its place that nobody can scroll to. */
const CUT = `(() => {
  const dialog = document.querySelector('dialog')
  const box = dialog.getBoundingClientRect()
  const cut = box.left < 0 || box.right > innerWidth || box.top < 0 || box.bottom > innerHeight ? ['the dialog'] : []
  if (dialog.scrollWidth > dialog.clientWidth) cut.push('beside the dialog')
  for (const each of dialog.querySelectorAll('button, input, select, textarea, h2, p')) {
    const own = each.getBoundingClientRect()
    if (own.width > 0 && !each.closest('.table-wrap, pre') && (own.right > box.right + 1 || own.left < box.left - 1)) cut.push(each.outerHTML.slice(0, 80))
  }
  return cut
})()`
const FOCUS_INSIDE = 'document.querySelector("dialog").contains(document.activeElement)'

describe.skipIf(chromiumPath === null)('every dialog', () => {
  let stack: ConsoleStack
  let embeddings: Awaited<ReturnType<typeof startEmbeddingServer>>
  beforeAll(async () => {
    stack = await startConsole()
    embeddings = await startEmbeddingServer()
    const { api } = stack
    const mapping = { '*': { keys: 'kept', expression: '{ "title": $uppercase(data.title), "occurredAt": data.when }' } }
    const csv = `id,title,when\n1,${LONG},2026-01-01T00:00:00Z\n2,${LONG},not a moment\n`
    const { body: upload } = await api.send('POST', '/v1/uploads?name=shop.csv', {
      raw: csv,
      headers: { 'content-type': 'application/octet-stream' },
    })
    const labels = { team: 'ein-langes-schild' }
    await api.post('/v1/sources', { name: LONG, slug: 'shop', labels, connector: 'file', config: { uploads: [upload.id] }, mapping, runNow: true })
    await until(async () => (await api.get('/v1/sources/shop')).body.lastRun !== null, { timeoutMs: 60_000 })
    const { body: many } = await api.post('/v1/sources', { name: `Many ${LONG}`, slug: 'many', connector: 'toy', config: {}, runNow: true })
    await until(async () => (await api.get('/v1/sources/many')).body.lastRun !== null, { timeoutMs: 60_000 })
    const refused = [{ reason: 'MASS_DELETE_REFUSED', message: `59 of 60 records of ${LONG} are gone` }]
    await api.database.pool.query(`UPDATE runs SET outcome = 'partial', progress = progress || $2::jsonb WHERE source_id = $1`, [
      many.id,
      JSON.stringify({ warnings: refused }),
    ])
    await until(async () => (await api.get('/v1/sources/many/why')).body.blocker.code === 'MASS_DELETE_REFUSED')
    await api.post('/v1/bulk-operations', { action: 'label', sources: ['shop'], labels: { set: { tier: 'gold' } } })
    await api.post('/v1/sinks', { name: LONG, url: `${embeddings.url}/sink` })
    const target = await api.post('/v1/notifications', { name: LONG, url: `${embeddings.url}/hook` })
    await api.post(`/v1/notifications/${target.body.id}/test`)
    await api.post('/v1/credentials', { name: 'crm', connector: 'toy', secrets: { password: 'a long enough secret' } })
    await api.post('/v1/search/generations', { url: embeddings.url, model: 'words' })
    await api.post('/v1/keys', { name: LONG, scopes: ['read'] })
  })
  afterAll(async () => {
    await stack?.close()
    await embeddings?.close()
  })

  it.each([
    ['light', 1_280, 800],
    ['dark', 375, 667],
  ] as const)('is accessible, fits, keeps the focus, closes with Esc and gives the focus back (%s, %d px)', async (colorScheme, width, height) => {
    const { page, complaints, close } = await stack.signIn('/', { colorScheme, viewport: { width, height } })
    for (const { name, address, opener, before, open, fill } of DIALOGS) {
      await page.goto(address)
      await before?.(page)
      if (open === undefined) await opener(page).click()
      else {
        await opener(page).focus()
        await open(page)
      }
      const dialog = page.locator('dialog[open]')
      await dialog.waitFor()
      await fill?.(page)
      await until(async () => (await dialog.locator('[aria-busy=true]').count()) === 0)
      await page.evaluate(axe.source)
      const found = { serious: await seriousIn(page), cut: await page.evaluate(CUT), isFocused: await page.evaluate(FOCUS_INSIDE) }
      expect([name, found]).toEqual([name, { serious: [], cut: [], isFocused: true }])
      for (let n = 0; n < 3; n++) await page.keyboard.press('Shift+Tab')
      for (let n = 0; n < 6; n++) await page.keyboard.press('Tab')
      const isOut = '!document.querySelector("dialog").contains(document.activeElement) && document.activeElement !== document.body'
      expect([name, await page.evaluate(isOut)]).toEqual([name, false])
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
      expect([name, await opener(page).and(page.locator(':focus')).count()]).toEqual([name, 1])
    }
    expect(complaints).toEqual([])
    await close()
  })
})
