import type { Locator } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConsoleStack, chromiumPath, startConsole } from './start-console.js'

const isFocused = async (target: Locator): Promise<boolean> => (await target.and(target.page().locator(':focus')).count()) === 1

describe.skipIf(chromiumPath === null)('with the keyboard alone', () => {
  let stack: ConsoleStack
  beforeAll(async () => {
    stack = await startConsole()
  })
  afterAll(() => stack?.close())

  it('one creates a source, sees its first run, and finds its records', async () => {
    const { page, complaints, close } = await stack.signIn('/')
    const { keyboard } = page
    /** Moves the focus there, as one who does not see where it is: forwards, and where that can be seen. */
    const reach = async (target: Locator): Promise<void> => {
      await target.waitFor()
      for (let n = 0; n < 120 && !(await isFocused(target)); n++) await keyboard.press('Tab')
      expect([await target.textContent(), await isFocused(target)]).toEqual([expect.anything(), true])
      const outline = `(() => { const { outlineStyle, boxShadow } = getComputedStyle(document.activeElement); return outlineStyle !== 'none' || boxShadow !== 'none' })()`
      expect(await page.evaluate(outline)).toBe(true)
    }
    await page.getByRole('heading', { level: 1 }).waitFor()
    await keyboard.press('g')
    await keyboard.press('s')
    await page.getByRole('heading', { name: 'No sources yet' }).waitFor()
    await reach(page.getByRole('link', { name: 'New source' }).first())
    await keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'New source' }).waitFor()
    await page.getByRole('searchbox').waitFor()
    await keyboard.press('/')
    await keyboard.type('markdown')
    await page.waitForURL(/q=markdown/u)
    await reach(page.getByRole('link', { name: /^Files/u }))
    await keyboard.press('Enter')
    await reach(page.getByLabel('Name', { exact: true }))
    await keyboard.type('Notes')
    await reach(page.locator('[data-path="config.paths"]'))
    await keyboard.type('*.md')
    await reach(page.getByRole('button', { name: 'Test these settings' }))
    await keyboard.press('Enter')
    await page.getByText('Records are returned').waitFor()
    // Files have no credentials and no host.
    expect(await page.getByText(/The (credentials|address|host name)/u).count()).toBe(0)
    await reach(page.getByRole('button', { name: 'Create and run' }))
    await keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Run of Notes' }).waitFor()
    await page.getByRole('main').getByText('OK', { exact: true }).waitFor()
    await keyboard.press('g')
    await keyboard.press('r')
    await page.getByRole('heading', { level: 1, name: 'Records' }).waitFor()
    await page.getByRole('searchbox').waitFor()
    await keyboard.press('/')
    await keyboard.type('leases')
    await page.locator('mark').first().waitFor()
    await keyboard.press('Escape')
    await keyboard.press('j')
    await keyboard.press('Enter')
    await page.getByRole('dialog').getByText('A first document about leases.').waitFor()
    await keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await isFocused(page.locator('[data-row]').first())).toBe(true)
    expect(complaints).toEqual([])
    await close()
  })

  it('one finds what is broken, reads why, and is led to what was refused', async () => {
    const config = { url: 'http://127.0.0.1:9/', auth: { kind: 'bearer' }, streams: [{ name: 'items', path: '', keyFields: ['id'] }] }
    for (const name of ['Crm', 'Erp'])
      await stack.api.post('/v1/sources', { name, slug: name.toLowerCase(), connector: 'api', config, secrets: { token: 'old' }, runNow: false })
    await stack.api.database.pool.query(
      `UPDATE sources SET status = 'ERROR', status_reason = 'AUTH_FAILED', status_message = 'the token has expired' WHERE connector = 'api'`,
    )
    const { page, complaints, close } = await stack.signIn('/sources')
    const { keyboard } = page
    await page.getByRole('link', { name: 'Crm' }).waitFor()
    await keyboard.press('/')
    await keyboard.type('erp')
    await page.getByRole('link', { name: 'Crm' }).waitFor({ state: 'detached' })
    await keyboard.press('Escape')
    expect(await page.getByRole('searchbox').inputValue()).toBe('erp')
    await keyboard.press('j')
    expect(await isFocused(page.getByRole('link', { name: 'Erp' }))).toBe(true)
    await keyboard.press('Enter')
    await page.getByRole('region', { name: 'Status and cause' }).getByText('The token has expired').waitFor()
    const repair = page.getByRole('link', { name: 'Correct the settings' })
    const token = page.locator('[data-path="secrets.token"]')
    for (let n = 0; n < 40 && !(await isFocused(repair)); n++) await keyboard.press('Tab')
    await keyboard.press('Enter')
    await page.waitForURL('**/sources/erp?tab=settings')
    expect(await isFocused(token)).toBe(true)
    // On the tab itself as well.
    await page.getByLabel('Name', { exact: true }).first().focus()
    await repair.focus()
    await keyboard.press('Enter')
    await page.waitForURL('**/sources/erp?tab=settings')
    expect(await isFocused(token)).toBe(true)
    await page.goBack()
    await page.waitForURL('**/sources/erp')
    expect(complaints).toEqual([])
    await close()
  })
})
