import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSource } from '../../apps/api/testing/start-api.js'
import { type ConsoleStack, chromiumPath, type OpenPage, readablePages, startConsole } from './start-console.js'

const OPEN = readablePages('alpha')

describe.skipIf(chromiumPath === null)('a key that may not do everything', () => {
  let stack: ConsoleStack
  const enter = async (scope: 'read' | 'write', address: string): Promise<OpenPage> => {
    const { key } = (await stack.api.post('/v1/keys', { name: `the ${scope} key`, scopes: [scope] })).body
    const opened = await stack.signIn(address, { key })
    await opened.page.locator('nav.side').waitFor({ state: 'attached' })
    return opened
  }
  beforeAll(async () => {
    stack = await startConsole()
    await stack.api.post('/v1/sources', newSource({ name: 'Alpha', slug: 'alpha' }))
  })
  afterAll(() => stack?.close())

  it('shows on the pages that it does not open which scope is missing, and how to get it', async () => {
    const { page, complaints, close } = await enter('read', '/audit')
    for (const [address, scope] of [
      ['/audit', 'admin'],
      ['/settings', 'admin'],
      ['/new-source?connector=file', 'write'],
    ] as const) {
      await page.goto(address)
      await page.getByRole('heading', { level: 1, name: 'Your key does not allow this page' }).waitFor()
      await page.getByText(`It needs the scope ${scope}. You are signed in with the key “the read key”, which has read.`).waitFor()
      await page.getByText(`inlet keys create --name <name> --scopes ${scope}`).waitFor()
    }
    await page.goto('/settings')
    await page.getByRole('button', { name: 'Sign in with another key' }).click()
    await page.getByLabel('API key').fill(stack.api.keys.admin)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'API keys' }).waitFor()
    expect(page.url()).toBe(`${stack.api.url}/settings`)
    // The browser reports the one request that found nobody signed in; no page asks for what it may not have.
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([])
    await close()
  })

  it('is asked for nothing that the API refuses, on any page that it may see', async () => {
    const { page, complaints, close } = await enter('read', '/')
    const refused: string[] = []
    page.on('response', (response) => {
      if (response.status() === 403) refused.push(response.url())
    })
    for (const address of OPEN) {
      await page.goto(address)
      await page.locator('main .page-head').waitFor()
      await until(async () => (await page.locator('main [aria-busy=true]').count()) === 0)
      expect([address, await page.getByText('Your key does not allow this page').count()]).toEqual([address, 0])
    }
    expect(refused).toEqual([])
    expect(complaints).toEqual([])
    await close()
  })

  it('sees no place to select sources, since nothing can be done with them', async () => {
    const { page, close } = await enter('read', '/sources?select=alpha')
    const row = page.getByRole('row', { name: /Alpha/u })
    await row.waitFor()
    expect(await page.getByRole('checkbox').count()).toBe(0)
    expect(await page.getByRole('toolbar').count()).toBe(0)
    await page.goto('/sources')
    await row.getByRole('link').focus()
    await page.keyboard.press('x')
    await page.keyboard.press('?')
    await page.getByRole('dialog').getByText('Open the row').waitFor()
    expect(await page.getByRole('dialog').getByText('Select the row').count()).toBe(0)
    expect(page.url()).not.toContain('select')
    await close()
    const writer = await enter('write', '/sources')
    await writer.page.getByLabel('Select Alpha').check()
    await writer.page.getByRole('toolbar').getByText('1 selected').waitFor()
    await writer.close()
  })

  it('sees beside each page what it may not do there, and which scope that takes', async () => {
    const { page, close } = await enter('read', '/sources/alpha')
    await page.getByText('You can look at this page; changing anything needs the scope write.').click()
    await page.getByText(/^With write: run, start, stop, pause and resume the source, .+delete the source\.$/u).waitFor()
    await page.goto('/records')
    await page.getByRole('heading', { level: 1, name: 'Records' }).waitFor()
    await close()
    const writer = await enter('write', '/sources/alpha')
    await writer.page.getByRole('button', { name: 'Pause' }).waitFor()
    expect(await writer.page.locator('details.access').count()).toBe(0)
    // Nor does `why` lead a reader to settings that only others can correct.
    await stack.api.database.pool.query(`UPDATE sources SET status = 'ERROR', status_reason = 'TLS_FAILED', status_message = 'no such certificate'`)
    await writer.page.goto('/sources/alpha')
    await writer.page.getByRole('link', { name: 'Correct the settings' }).waitFor()
    const reader = await enter('read', '/sources/alpha')
    await reader.page.getByText('No such certificate').waitFor()
    expect(await reader.page.getByRole('link', { name: 'Correct the settings' }).count()).toBe(0)
    await reader.close()
    await writer.page.goto('/sinks')
    await writer.page.getByText('You can look at this page; changing anything needs the scope admin.').click()
    await writer.page.getByText('With admin: create sinks, test sinks, pause, resume and change sinks, delete sinks.').waitFor()
    await writer.close()
  })
})
