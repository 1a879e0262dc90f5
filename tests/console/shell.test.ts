import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSource } from '../../apps/api/testing/start-api.js'
import { type ConsoleStack, chromiumPath, startConsole } from './start-console.js'

describe.skipIf(chromiumPath === null)('the console', () => {
  let stack: ConsoleStack
  beforeAll(async () => {
    stack = await startConsole()
    for (const name of ['Alpha', 'Beta', 'Gamma']) await stack.api.post('/v1/sources', newSource({ name, slug: name.toLowerCase() }))
  })
  afterAll(() => stack?.close())

  it('is for browsers; API clients keep their JSON', async () => {
    const { api } = stack
    const page = await api.get('/', { key: null, headers: { accept: 'text/html,*/*;q=0.8' } })
    expect([page.status, page.headers.get('cache-control'), page.text.includes('<div id="root">')]).toEqual([200, 'no-store', true])
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe')
    expect((await api.get('/', { key: null })).body).toMatchObject({ name: 'Inlet' })
    const deep = await api.get('/sources/alpha?tab=runs', { key: null, headers: { accept: 'text/html' } })
    expect([deep.status, deep.text]).toEqual([200, page.text])
    expect((await api.get('/sources/alpha')).body).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    expect((await api.get('/v1/nothing', { headers: { accept: 'text/html' } })).body).toMatchObject({ status: 404 })
    expect((await api.get('/assets/../../package.json', { key: null })).status).toBe(401)
    const [script = ''] = /\/assets\/index-[^"]+\.js/u.exec(page.text) ?? []
    const file = await api.get(script, { key: null })
    expect([file.status, file.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable'])
    expect(file.headers.get('content-encoding')).toBe('gzip')
  })

  it('signs in with a key, says when it is wrong, and signs out', async () => {
    const { page, complaints, close } = await stack.open('/sources')
    await page.getByLabel('API key').fill('inl_wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('This key is not valid').waitFor()
    await page.getByLabel('API key').fill(stack.api.keys.admin)
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Alpha' }).waitFor()
    const stored = await page.evaluate<string>(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML, document.cookie])',
    )
    expect(stored).not.toContain(stack.api.keys.admin)
    await page.getByRole('button', { name: /Sign out/u }).click()
    await page.getByLabel('API key').waitFor()
    // The browser itself reports the two refusals (401); nothing else.
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([])
    await close()
  })

  it('signs in once with a link, which leaves the address', async () => {
    const { body } = await stack.api.post('/v1/session/link')
    const first = await stack.open(body.path)
    await first.page.getByRole('heading', { name: 'Overview' }).waitFor()
    expect(first.page.url()).not.toContain('link=')
    expect(first.complaints).toEqual([])
    await first.close()
    const second = await stack.open(body.path)
    await second.page.getByText('has been used or has expired').waitFor()
    await second.close()
  })

  it('asks to sign in again over the page, and then does what was asked', async () => {
    const { page, close } = await stack.signIn('/sources/alpha')
    await page.getByRole('button', { name: 'Delete' }).click()
    const typed = page.getByLabel('Type alpha to confirm')
    await typed.fill('alph')
    await page.context().clearCookies()
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' })
    await dialog.waitFor()
    await dialog.getByLabel('API key').fill(stack.api.keys.admin)
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    expect(await typed.inputValue()).toBe('alph')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('Paused. Resume it').waitFor()
    await page.getByRole('button', { name: 'Resume' }).first().click()
    await close()
  })

  it('is used with the keyboard alone', async () => {
    const { page, complaints, close } = await stack.signIn('/sources?sort=name')
    await page.getByRole('link', { name: 'Alpha' }).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Beta')
    await page.keyboard.press('x')
    await page.getByText('1 selected').waitFor()
    // Wherever in the row the focus is.
    await page.getByRole('row', { name: /Beta/u }).getByRole('checkbox').focus()
    await page.keyboard.press('k')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/sources/alpha')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('gamm')
    await page.getByRole('option', { name: /Gamma/u }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/sources/gamma')
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await page.waitForURL('**/sources')
    await page.getByRole('heading', { level: 1, name: 'Sources' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('bet')
    await page.waitForURL('**/sources?q=bet')
    await page.getByRole('link', { name: 'Alpha' }).waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
    await close()
  })

  it('shows dark and light as chosen, and keeps the choice', async () => {
    const { page, close } = await stack.signIn('/sources', { colorScheme: 'light' })
    const background = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor')
    await page.getByRole('link', { name: 'Alpha' }).waitFor()
    expect(await background()).toBe('rgb(252, 252, 253)')
    await page.getByRole('button', { name: 'Dark' }).click()
    expect(await background()).toBe('rgb(16, 17, 19)')
    await page.reload()
    await page.getByRole('link', { name: 'Alpha' }).waitFor()
    expect(await background()).toBe('rgb(16, 17, 19)')
    await close()
  })

  it('offers nothing that the key does not allow', async () => {
    const { page, close } = await stack.signIn('/sources/alpha', { key: stack.api.keys.read })
    await page.getByRole('heading', { name: 'Alpha' }).waitFor()
    await page.getByRole('region', { name: 'Status and cause' }).waitFor()
    for (const name of ['Delete', 'Run now', 'Pause', 'Stop']) expect(await page.getByRole('button', { name }).count()).toBe(0)
    await page.goto('/sources/alpha?tab=settings')
    const name = page.locator('main form').getByLabel('Name', { exact: true }).first()
    await name.waitFor()
    expect(await name.isDisabled()).toBe(true)
    expect(await page.locator('main form').getByRole('button').count()).toBe(0)
    await close()
  })

  it('names the request that failed and how to repeat it', async () => {
    const { page, close } = await stack.signIn('/sources/alpha?tab=runs', { permissions: ['clipboard-read', 'clipboard-write'] })
    await page.getByRole('heading', { name: 'Alpha' }).waitFor()
    await page.route('**/v1/sources/beta', (route) =>
      route.fulfill({
        status: 422,
        contentType: 'application/problem+json',
        body: JSON.stringify({ type: 'x', title: 'x', status: 422, code: 'X', detail: 'It cannot be read.', next: 'Do this.', requestId: 'req-17' }),
      }),
    )
    await page.goto('/sources/beta')
    await page.getByText('It cannot be read.').waitFor()
    await page.getByText('Do this.').waitFor()
    await page.getByText('req-17').waitFor()
    await page.getByRole('button', { name: 'Copy as curl' }).click()
    const copied = await page.evaluate('navigator.clipboard.readText()')
    expect(copied).toBe(`curl -s -H "Authorization: Bearer $INLET_API_KEY" ${stack.api.url}/v1/sources/beta`)
    await close()
  })
})
