import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConsoleStack, chromiumPath, startConsole } from './start-console.js'

describe.skipIf(chromiumPath === null)('the way of a newcomer', () => {
  let stack: ConsoleStack
  beforeAll(async () => {
    stack = await startConsole()
    writeFileSync(path.join(stack.fileRoot, 'evil.md'), '# <img src=x onerror=alert(1)>\n\nleases <script>window.wasRun = true</script>\n')
  })
  afterAll(() => stack?.close())

  it('leads from nothing to records: connector, form, test, preview, first run, search', async () => {
    const { page, complaints, close } = await stack.signIn('/sources')
    await page.getByRole('heading', { name: 'No sources yet' }).waitFor()
    await page.getByRole('link', { name: 'New source' }).first().click()
    await page.getByRole('searchbox').fill('markdown')
    await page.getByRole('link', { name: /^Files/u }).click()
    await page.getByLabel('Name', { exact: true }).fill('Notes')
    await page.locator('[data-path="config.paths"]').fill('*.md')
    await page.getByText('Every hour, at minute 00.').waitFor({ state: 'attached' })
    await until(async () => (await page.getByLabel('The next five moments').locator('li').count()) === 5)
    await page.getByRole('button', { name: 'Test these settings' }).click()
    await page.getByText('Records come').waitFor()
    await page.getByText(/^Preview: \d/u).waitFor()
    await page.getByRole('button', { name: 'Create and run' }).click()
    await page.getByRole('heading', { name: 'Run of Notes' }).waitFor()
    await page.getByRole('main').getByText('OK', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Records', exact: true }).last().click()
    await page.getByRole('searchbox').fill('leases')
    await page.locator('mark').first().waitFor()
    await page
      .getByRole('button', { name: /onerror/u })
      .first()
      .click()
    await page.getByRole('dialog').getByText('<script>').first().waitFor()
    expect(await page.evaluate('window.wasRun')).toBeUndefined()
    expect(complaints).toEqual([])
    await close()
  })

  it('keeps edits through a reload, and puts errors of the server at their field', async () => {
    const { page, close } = await stack.signIn('/sources/notes?tab=settings')
    const paths = page.locator('[data-path="config.paths"]')
    await paths.fill('*.md\n/etc/*')
    await page.getByText('Unsaved edits').waitFor()
    await page.reload()
    expect(await paths.inputValue()).toBe('*.md\n/etc/*')
    await paths.fill('x'.repeat(10_000))
    await page.getByRole('button', { name: 'Save and publish' }).click()
    await page.locator('.field', { has: paths }).getByRole('alert').waitFor()
    expect(await paths.getAttribute('aria-invalid')).toBe('true')
    await page.getByRole('button', { name: 'Discard edits' }).click()
    await page.getByText('Unsaved edits').waitFor({ state: 'detached' })
    await close()
  })

  it('shows what somebody else has changed meanwhile, and lets one decide', async () => {
    const { page, close } = await stack.signIn('/sources/notes?tab=settings')
    await page.locator('[data-path="config.paths"]').fill('*.md\n*.txt')
    await stack.api.patch('/v1/sources/notes', { config: { paths: ['*.md', 'other/*'] } }, { headers: { 'if-match': '*' } })
    await page.getByRole('button', { name: 'Save and publish' }).click()
    await page.getByText('Somebody else has changed this source').waitFor()
    await page.getByText('other/*').first().waitFor()
    await page.getByRole('button', { name: 'Save mine anyway' }).click()
    await page.getByText('Saved. The new version is live.').waitFor()
    expect((await stack.api.get('/v1/sources/notes')).body.config.paths).toEqual(['*.md', '*.txt'])
    await close()
  })

  it('takes a draft through review to being live, and rolls back', async () => {
    await stack.api.send('PUT', '/v1/sources/notes/draft', { json: { config: { paths: ['hello.md'] } }, headers: { 'if-match': '*' } })
    const { page, close } = await stack.signIn('/sources/notes?tab=versions')
    await page.getByText('config.paths[0]').waitFor()
    await page.getByRole('button', { name: 'Review on real records' }).click()
    await page.getByText(/tried on \d/u).waitFor()
    await page.getByRole('button', { name: /^Publish/u }).click()
    await page.getByText('Published. The new version is live.').waitFor()
    await page.getByRole('button', { name: 'Compare with live' }).last().click()
    await page.getByText('config.paths[0]').waitFor()
    await page.getByRole('button', { name: 'Roll back to it' }).last().click()
    await page.getByText('Version 1 is live again').waitFor()
    expect((await stack.api.get('/v1/sources/notes')).body.config.paths).toEqual(['*.md'])
    await close()
  })

  it('deletes only once the slug was typed', async () => {
    const { page, close } = await stack.signIn('/sources/notes')
    await page.getByRole('button', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('This cannot be undone').waitFor()
    expect(await dialog.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true)
    await dialog.getByLabel('Type notes to confirm').fill('notes')
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('heading', { name: 'No sources yet' }).waitFor()
    await close()
  })
})
