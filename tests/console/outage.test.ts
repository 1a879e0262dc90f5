import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSource } from '../../apps/api/testing/start-api.js'
import { type ConsoleStack, chromiumPath, type OpenPage, startConsole } from './start-console.js'

/** The way to the API, which can be cut and opened again: a browser cannot tell that from an API that is killed and started again. */
const startWay = async (to: string) => {
  const sockets = new Set<Socket>()
  const target = new URL(to)
  const server = createServer((inner) => {
    const outer = connect(Number(target.port), target.hostname)
    for (const socket of [inner, outer]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        inner.destroy()
        outer.destroy()
      })
    }
    inner.pipe(outer).pipe(inner)
  })
  const listen = (port: number): Promise<void> => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const cut = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return { url: `http://127.0.0.1:${port}`, cut, reopen: () => listen(port), close: () => (server.listening ? cut() : Promise.resolve()) }
}

describe.skipIf(chromiumPath === null)('while the API is unavailable', () => {
  let stack: ConsoleStack
  let way: Awaited<ReturnType<typeof startWay>>
  const enter = async (address: string): Promise<OpenPage> => {
    const link = await stack.api.post('/v1/session/link')
    const [, hash] = (link.body as { path: string }).path.split('#')
    const opened = await stack.open(`${way.url}${address}#${hash}`)
    await opened.page.locator('nav.side').waitFor({ state: 'attached' })
    return opened
  }
  beforeAll(async () => {
    stack = await startConsole()
    way = await startWay(stack.api.url)
    await stack.api.post('/v1/sources', newSource({ name: 'Alpha', slug: 'alpha' }))
  })
  afterAll(async () => {
    await way?.close()
    await stack?.close()
  })

  it('keeps what was shown, says that it may be out of date, and follows again', async () => {
    const { page, close } = await enter('/sources')
    await page.getByText('Live', { exact: true }).waitFor()
    await way.cut()
    await page.getByText('What you see may be out of date.').waitFor()
    expect(await page.getByRole('link', { name: 'Alpha' }).count()).toBe(1)
    await stack.api.post('/v1/sources/alpha/pause')
    await way.reopen()
    await page.getByRole('row', { name: /Alpha/u }).getByText('Paused').waitFor()
    await page.getByText('What you see may be out of date.').waitFor({ state: 'detached' })
    await stack.api.post('/v1/sources/alpha/resume')
    await page.getByRole('row', { name: /Alpha/u }).getByText('Paused').waitFor({ state: 'detached' })
    await close()
  })

  it('keeps what is typed in a form, says so, and saves it afterwards', async () => {
    const { page, close } = await enter('/sources/alpha?tab=settings')
    const name = page.locator('main form').getByLabel('Name', { exact: true }).first()
    await name.fill('Alpha, renamed')
    await way.cut()
    await page.getByRole('button', { name: 'Save and publish' }).click()
    await page.locator('main form').getByText('The API does not answer').first().waitFor()
    expect(await name.inputValue()).toBe('Alpha, renamed')
    await way.reopen()
    await page.locator('main form').getByText('It answers now: try again.').waitFor()
    expect(await page.getByText('The API does not answer').count()).toBe(0)
    await page.getByRole('button', { name: 'Save and publish' }).click()
    await page.getByRole('heading', { level: 1, name: 'Alpha, renamed' }).waitFor()
    await close()
  })

  it('keeps a new source through an outage and a reload', async () => {
    const { page, close } = await enter('/new-source?connector=file')
    await page.getByLabel('Name', { exact: true }).fill('Notes')
    await page.locator('[data-path="config.paths"]').fill('*.md')
    await way.cut()
    await page.getByRole('button', { name: 'Create and run' }).click()
    await page.locator('main form').getByText('The API does not answer').first().waitFor()
    await way.reopen()
    await page.reload()
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Notes')
    await page.getByRole('button', { name: 'Create and run' }).click()
    await page.getByRole('heading', { name: 'Run of Notes' }).waitFor()
    await close()
  })

  it('signs in over a form whose session ended, and then does what was asked, with the secrets that were typed', async () => {
    const { page, close } = await enter('/new-source?connector=postgres')
    await page.getByLabel('Name', { exact: true }).fill('Orders')
    await page.getByLabel('Password').fill('canary-of-a-password')
    await page.context().clearCookies()
    await page.getByRole('button', { name: 'Test these settings' }).click()
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' })
    await dialog.getByLabel('API key').fill('inl_wrong')
    await page.keyboard.press('Enter')
    await dialog.getByText('This key is not valid').waitFor()
    await page.keyboard.press('Escape')
    await dialog.getByLabel('API key').fill(stack.api.keys.admin)
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    expect(await page.getByLabel('Password').inputValue()).toBe('canary-of-a-password')
    // What was asked before is answered now, with what is wrong with the settings.
    await page.locator('main form [role=alert], main form .error').first().waitFor()
    await close()
  })
})
