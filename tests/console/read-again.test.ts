import { until } from '@inlet/testing'
import axe from 'axe-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConsoleStack, chromiumPath, startConsole } from './start-console.js'

interface Run {
  readonly trigger: string
  readonly status: string
  readonly outcome: string | null
}

describe.skipIf(chromiumPath === null)('reading a source again from its page', () => {
  let stack: ConsoleStack
  const runs = async (): Promise<readonly Run[]> => (await stack.api.get('/v1/runs?source=notes')).body.items
  const allEnded = (count: number) =>
    until(
      async () => {
        const all = await runs()
        return all.length >= count && all.every(({ status }) => status === 'ended')
      },
      { timeoutMs: 120_000 },
    )
  beforeAll(async () => {
    stack = await startConsole()
    await stack.api.post('/v1/sources', { name: 'Notes', slug: 'notes', connector: 'file', config: { paths: [`${stack.fileRoot}/*.md`] } })
    await allEnded(1)
  })
  afterAll(() => stack?.close())

  it('says what each way will do, and does it', async () => {
    const { page, complaints, close } = await stack.signIn('/sources/notes')
    const dialog = page.getByRole('dialog')
    const open = () => page.getByRole('button', { name: 'Read again…' }).click()
    await open()
    await dialog.getByText(/The live cursor stays where it is/u).waitFor()
    await dialog.getByLabel('From (optional)').fill('2026-01-01T00:00')
    await dialog.getByText(/it deletes nothing/u).waitFor()
    await page.evaluate(axe.source)
    const { violations } = await page.evaluate<{ violations: readonly { impact: string; id: string }[] }>('axe.run(document)')
    expect(violations.filter(({ impact }) => ['serious', 'critical'].includes(impact)).map(({ id }) => id)).toEqual([])
    await dialog.getByLabel('From (optional)').fill('')
    await dialog.getByRole('button', { name: 'Start the backfill' }).click()
    await page.getByText('The backfill has been queued.').waitFor()
    await allEnded(2)
    expect((await runs())[0]).toMatchObject({ trigger: 'backfill', outcome: 'ok_nothing_new' })

    await open()
    await dialog.getByLabel('Reset the cursor', { exact: false }).check()
    await dialog.getByText(/Nothing is read or deleted now/u).waitFor()
    expect(await dialog.getByLabel('From (optional)').count()).toBe(0)
    await dialog.getByRole('button', { name: 'Reset the cursor' }).click()
    await page.getByText('The next run reads from the beginning.').waitFor()
    expect(await runs()).toHaveLength(2)

    await open()
    await dialog.getByLabel('Full reload', { exact: false }).check()
    await dialog.getByLabel('Stream').selectOption('documents')
    await dialog.getByRole('button', { name: 'Reload everything' }).click()
    await page.getByText('a run has been started', { exact: false }).waitFor()
    await allEnded(3)
    expect((await runs())[0]).toMatchObject({ trigger: 'manual', outcome: 'ok_nothing_new' })
    expect(complaints).toEqual([])
    await close()
  })

  it('is not offered to somebody who may only look', async () => {
    const { page, close } = await stack.signIn('/sources/notes', { key: stack.api.keys.read })
    await page.getByRole('heading', { name: 'Notes' }).waitFor()
    expect(await page.getByRole('button', { name: 'Read again…' }).count()).toBe(0)
    await close()
  })

  it('fits into a narrow window, in the dark as well', async () => {
    const { page, close } = await stack.signIn('/sources/notes', { viewport: { width: 375, height: 740 }, colorScheme: 'dark' })
    await page.getByRole('button', { name: 'Read again…' }).click()
    const box = await page.getByRole('dialog').boundingBox()
    expect(box !== null && box.x >= 0 && box.x + box.width <= 375).toBe(true)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375)
    const shot = process.env['INLET_TEST_SHOT']
    if (shot !== undefined) await page.screenshot({ path: shot })
    await close()
  })
})

describe.skipIf(chromiumPath === null)('the secrets of an API', () => {
  let stack: ConsoleStack
  beforeAll(async () => {
    stack = await startConsole()
  })
  afterAll(() => stack?.close())

  it('are those that its kind of authentication wants', async () => {
    const { page, close } = await stack.signIn('/new-source?connector=api')
    await page.getByText(/choose how under “Auth” first/u).waitFor()
    await page
      .getByText(/^More settings/u)
      .first()
      .click()
    const kind = page.getByLabel('Kind', { exact: true }).first()
    const secrets = async () => {
      const shown = await Promise.all(
        ['Token', 'Username', 'Password', 'Client secret'].map(async (label) =>
          (await page.getByLabel(label, { exact: true }).count()) > 0 ? [label] : [],
        ),
      )
      return shown.flat()
    }
    expect(await secrets()).toEqual([])
    await kind.selectOption('bearer')
    expect(await secrets()).toEqual(['Token'])
    await kind.selectOption('basic')
    expect(await secrets()).toEqual(['Username', 'Password'])
    await page.goto('/new-source?connector=kafka')
    await page.getByText(/choose how under “SASL” first/u).waitFor()
    await page
      .getByText(/^More settings/u)
      .first()
      .click()
    expect(await secrets()).toEqual([])
    await page.getByLabel('SASL optional', { exact: true }).selectOption('scram-sha-256')
    expect(await secrets()).toEqual(['Username', 'Password'])
    // Where to begin is typed, not written as JSON.
    await page.getByLabel('Start optional', { exact: true }).fill('latest')
    expect(await page.getByText('This is not JSON yet.').count()).toBe(0)
    await close()
  })

  it('are typed as JSON where they have names of their own, and are masked where they have one line', async () => {
    const { page, close } = await stack.signIn('/new-source?connector=web')
    // A public site needs none of them.
    expect(await page.locator('[data-path^="secrets."]').count()).toBe(0)
    await page.getByLabel('Sign in').selectOption('User name and password')
    await page.getByLabel('Password').fill('unused')
    await page.getByLabel('Sign in').selectOption('Secret headers')
    expect(await page.getByLabel('Password').count()).toBe(0)
    await page.locator('textarea[data-path="secrets.headers"]').fill('{ "X-Api-Key": "k" }')
    expect(await page.getByText('This is not JSON yet.').count()).toBe(0)
    await page.goto('/new-source?connector=azure_blob')
    await page.getByLabel('Sign in').selectOption('Account key')
    expect(await page.getByLabel('Account key', { exact: true }).getAttribute('type')).toBe('password')
    await close()
  })
})
