import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConsoleStack, chromiumPath, type OpenPage, startConsole } from './start-console.js'

describe.skipIf(chromiumPath === null)('two people at one source', () => {
  let stack: ConsoleStack
  const ANY = { headers: { 'if-match': '*' } }
  const draft = async () => (await stack.api.get('/v1/sources/notes/draft')).body
  /** A page that does not hear of what others do. */
  const openUnaware = async (address: string): Promise<OpenPage> => {
    const opened = await stack.signIn('/')
    await opened.page.route('**/v1/events/stream', (route) => route.abort())
    await opened.page.goto(address)
    return opened
  }
  beforeAll(async () => {
    stack = await startConsole()
    await stack.api.post('/v1/sources', { name: 'Notes', slug: 'notes', connector: 'file', config: { paths: ['*.md'] } })
  })
  afterAll(() => stack?.close())

  it('both keep what they changed where the other changed something else', async () => {
    const { page, close } = await openUnaware('/sources/notes?tab=settings')
    await page.locator('[data-path="config.paths"]').fill('*.md\n*.txt')
    await stack.api.patch('/v1/sources/notes', { labels: { team: 'theirs' }, freshWithin: '2h' }, ANY)
    await page.getByRole('button', { name: 'Save and publish' }).click()
    await page.getByText('Someone else has changed this source').waitFor()
    await page.getByRole('alert').getByText('labels.team').waitFor()
    // Again, while one still looks at what was changed first.
    await stack.api.patch('/v1/sources/notes', { labels: { team: 'theirs again' } }, ANY)
    await page.getByRole('button', { name: 'Save mine as well' }).click()
    await page.getByRole('alert').getByText('theirs again').waitFor()
    expect(await page.locator('[data-path="config.paths"]').inputValue()).toBe('*.md\n*.txt')
    await page.getByRole('button', { name: 'Save mine as well' }).click()
    await page.getByText('Saved. The new version is live.').waitFor()
    expect((await stack.api.get('/v1/sources/notes')).body).toMatchObject({
      config: { paths: ['*.md', '*.txt'] },
      labels: { team: 'theirs again' },
      freshWithin: '2h',
    })
    await close()
  })

  it('both keep what they changed in the settings, and the later one wins where both changed the same', async () => {
    const { page, close } = await openUnaware('/sources/notes?tab=settings')
    await page.locator('[data-path="config.paths"]').fill('mine/*.md')
    await stack.api.patch('/v1/sources/notes', { config: { paths: ['theirs/*.md'], exclude: ['drafts/**'] } }, ANY)
    await page.getByRole('button', { name: 'Save and publish' }).click()
    await page.getByRole('alert').getByText('config.exclude').waitFor()
    await page.getByRole('button', { name: 'Save mine as well' }).click()
    await page.getByText('Saved. The new version is live.').waitFor()
    expect((await stack.api.get('/v1/sources/notes')).body.config).toMatchObject({ paths: ['mine/*.md'], exclude: ['drafts/**'] })
    await close()
  })

  it('replaces no draft of somebody else without asking, and shows what differs', async () => {
    const { page, close } = await stack.signIn('/sources/notes?tab=settings')
    await page.locator('[data-path="config.paths"]').fill('hello.md')
    await stack.api.send('PUT', '/v1/sources/notes/draft', { json: { config: { paths: ['theirs/*.md'] } } })
    await page.getByRole('button', { name: 'Save as draft' }).click()
    await page.getByText('There is a draft already').waitFor()
    await page.getByRole('alert').getByText('theirs/*.md').waitFor()
    expect((await draft()).config.paths).toEqual(['theirs/*.md'])
    await stack.api.send('PUT', '/v1/sources/notes/draft', { json: { config: { paths: ['theirs/later/*.md'] } }, ...ANY })
    await page.getByRole('button', { name: 'Replace the draft' }).click()
    await page.getByRole('alert').getByText('theirs/later/*.md').waitFor()
    expect((await draft()).config.paths).toEqual(['theirs/later/*.md'])
    await page.getByRole('button', { name: 'Replace the draft' }).click()
    await page.getByText('Saved as a draft').waitFor()
    expect((await draft()).config.paths).toEqual(['hello.md'])
    await close()
  })

  it('rolls back only what is shown, and so does its undo', async () => {
    const address = '/v1/sources/ledger'
    const save = (folder: string) => stack.api.patch(address, { config: { paths: [`${folder}/*.md`] } }, ANY)
    const live = async () => (await stack.api.get(address)).body.config.paths[0]
    await stack.api.post('/v1/sources', { name: 'Ledger', slug: 'ledger', connector: 'file', config: { paths: ['first/*.md'] }, runNow: false })
    await save('second')
    const { page, close } = await openUnaware('/sources/ledger?tab=versions')
    const version = (number: number) => page.getByRole('listitem').filter({ hasText: `Version ${number}` })
    const rollBack = version(1).getByRole('button', { name: 'Roll back' })
    await rollBack.waitFor()
    // What is shown stays as it is, as between two readings.
    await page.route(`**${address}`, (route) => route.abort())
    await save('meanwhile')
    await rollBack.click()
    await page.getByText('the source has changed').waitFor()
    expect(await live()).toBe('meanwhile/*.md')
    await page.unroute(`**${address}`)
    // What the other did is shown before one decides again.
    await version(3).getByText('Live', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await rollBack.click()
    await page.getByText('Version 1 is live again').waitFor()
    expect(await live()).toBe('first/*.md')
    await save('later')
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('the source has changed').waitFor()
    expect(await live()).toBe('later/*.md')
    await close()
  })

  it('discards and publishes only the draft that is shown, and forgets the review of another', async () => {
    const { page, close } = await openUnaware('/sources/notes?tab=versions')
    await page.getByText('hello.md').first().waitFor()
    await page.getByRole('button', { name: 'Review on real records' }).click()
    await page.getByText(/tried on \d/u).waitFor()
    await stack.api.send('PUT', '/v1/sources/notes/draft', { json: { config: { paths: ['newer/*.md'] } }, ...ANY })
    await page.getByRole('button', { name: 'Discard the draft' }).click()
    await page.getByText('the draft, or the live version it would replace, has changed').waitFor()
    expect((await draft()).config.paths).toEqual(['newer/*.md'])
    await page.getByText('newer/*.md').first().waitFor()
    await page.getByText(/tried on \d/u).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Discard the draft' }).click()
    await page.getByText('The draft is discarded.').waitFor()
    expect((await stack.api.get('/v1/sources/notes/draft')).status).toBe(404)
    await close()
  })
})
