import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
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
    await until(async () => (await page.getByLabel('The next five times').locator('li').count()) === 5)
    await page.getByRole('button', { name: 'Test these settings' }).click()
    await page.getByText('Records are returned').waitFor()
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

  it('shows what a mapping makes of real records while it is typed, and where it is wrong', async () => {
    const { page, complaints, close } = await stack.signIn('/new-source?connector=file')
    await page.getByLabel('Name', { exact: true }).fill('Shop')
    const csv = 'id,name,price\n9007199254740993,Tea,1.50\n2,Cup,7.25\n'
    await page.locator('[data-path="config.uploads"]').setInputFiles({ name: 'shop.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
    await page.getByText('shop.csv').waitFor()
    // An upload changes only when somebody replaces it.
    expect(await page.getByLabel('When it is read').inputValue()).toBe('')
    await page.getByRole('button', { name: 'Test these settings' }).click()
    await page.getByText(/^Preview: \d/u).waitFor()
    await page.getByText('Mapping', { exact: true }).click()
    const preview = page.getByLabel('Preview of the mapping')
    await preview.getByText('Record 1 of 2').waitFor()
    const expression = page.getByLabel('Expression (JSONata)')
    await expression.fill('{ "title": data.name & " at " & data.price')
    await page.getByText(/^line 1, column 43: /u).waitFor()
    expect(await expression.getAttribute('aria-invalid')).toBe('true')
    await expression.fill('{ "title": data.name & " at " & data.price }')
    await preview.getByText('"title": "Tea at 1.50"').waitFor()
    await preview.getByRole('button', { name: 'Next record' }).click()
    await preview.getByText('"title": "Cup at 7.25"').waitFor()
    await page.getByText('Freshness, language and labels').click()
    await page.getByLabel('Must be fresh within').fill('2h')
    await page.getByRole('button', { name: 'Add a label' }).click()
    await page.getByLabel('Label', { exact: true }).fill('team')
    await page.getByLabel('Value', { exact: true }).fill('sales')
    await page.getByRole('button', { name: 'Create and run' }).click()
    await page.getByRole('heading', { name: 'Run of Shop' }).waitFor()
    await page.getByRole('main').getByText('OK', { exact: true }).waitFor()
    expect((await stack.api.get('/v1/sources/shop')).body).toMatchObject({ labels: { team: 'sales' }, freshWithin: '2h' })
    const stored = await stack.api.get('/v1/records?source=shop')
    expect(stored.body.items.map(({ title }: { title: string }) => title).sort()).toEqual(['Cup at 7.25', 'Tea at 1.50', 'shop.csv'])
    expect(complaints.filter((text) => !text.includes('422'))).toEqual([])
    await close()
  })

  it('fills in the settings of a REST API from its description, with a credential that several share', async () => {
    const server = createServer((request, response) => {
      const body = request.url === '/openapi.json' ? describeApi() : [{ id: 1, name: `seen with ${request.headersDistinct['x-api-key']?.join('')}` }]
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const describeApi = () => ({
      openapi: '3.0.0',
      info: { title: 'Small shop', version: '1' },
      servers: [{ url: `http://127.0.0.1:${port}` }],
      components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'x-api-key' } } },
      security: [{ key: [] }],
      paths: {
        '/items': {
          get: {
            responses: {
              200: {
                description: 'x',
                content: {
                  'application/json': {
                    schema: { type: 'array', items: { type: 'object', properties: { id: { type: 'integer' }, name: { type: 'string' } } } },
                  },
                },
              },
            },
          },
        },
      },
    })
    const shared = { name: 'shop-key', connector: 'api', secrets: { apiKey: 'canary-of-the-shop' }, targets: [`http://127.0.0.1:${port}`] }
    expect((await stack.api.post('/v1/credentials', shared)).status).toBe(201)
    const { page, close } = await stack.signIn('/new-source?connector=api')
    await page.getByLabel('Address of the document').fill(`http://127.0.0.1:${port}/openapi.json`)
    await page.getByRole('button', { name: 'Read it' }).click()
    await page.getByText('Small shop: 1 stream is filled in below.').waitFor()
    expect(await page.getByLabel('Name', { exact: true }).first().inputValue()).toBe('Small shop')
    await page.getByLabel('Whose secrets').selectOption('shop-key')
    await page.getByRole('button', { name: 'Test these settings' }).click()
    await page.getByText(/^Preview: 1/u).waitFor()
    await page.getByRole('button', { name: 'Create and run' }).click()
    await page.getByRole('heading', { name: 'Run of Small shop' }).waitFor()
    await page.getByRole('main').getByText('OK', { exact: true }).waitFor()
    const [record] = (await stack.api.get('/v1/records?source=small-shop&fields=data')).body.items
    expect(JSON.stringify(record)).toContain('seen with')
    await page.goto('/credentials')
    await page.getByText('shop-key').waitFor()
    expect(await page.content()).not.toContain('canary-of-the-shop')
    await close()
    server.close()
    server.closeAllConnections()
    for (const slug of ['small-shop', 'shop']) await stack.api.delete(`/v1/sources/${slug}`)
  })

  it('changes schedule, labels and freshness of a source, and undoes it', async () => {
    const { page, complaints, close } = await stack.signIn('/sources/notes?tab=schedule')
    await page.getByRole('link', { name: 'Change', exact: true }).click()
    await page.getByLabel('When it is read').selectOption('0 3 * * *')
    await page.getByText('Unsaved edits').waitFor()
    await page.getByLabel('Must be fresh within').fill('25h')
    await page.getByRole('button', { name: 'Add a label' }).click()
    await page.getByLabel('Label', { exact: true }).fill('team')
    await page.getByLabel('Value', { exact: true }).pressSequentially('docs')
    await page.getByRole('button', { name: 'Save and publish' }).click()
    await page.getByText('Saved. The new version is live.').waitFor()
    const changed = (await stack.api.get('/v1/sources/notes')).body
    expect(changed).toMatchObject({ schedule: { cron: '0 3 * * *' }, labels: { team: 'docs' }, freshWithin: '25h', version: 2 })
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('Version 1 is live again').waitFor()
    // All of it, also what is in no version.
    await until(async () => (await stack.api.get('/v1/sources/notes')).body.freshWithin === null)
    expect((await stack.api.get('/v1/sources/notes')).body).toMatchObject({ schedule: { cron: '0 * * * *' }, labels: {}, freshWithin: null })
    await page.getByRole('link', { name: 'Settings', exact: true }).click()
    await page.getByLabel('Label', { exact: true }).waitFor({ state: 'detached' })
    await page.getByLabel('Name', { exact: true }).fill('My notes')
    await page.getByRole('button', { name: 'Save and publish' }).click()
    await page.getByText('Saved.').waitFor()
    await page.getByRole('heading', { level: 1, name: 'My notes' }).waitFor()
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await page.getByRole('heading', { level: 1, name: 'Notes', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('Paused. Resume it').waitFor()
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await page.getByText('Resumed.').waitFor()
    expect((await stack.api.get('/v1/sources/notes')).body.status).toBe('ACTIVE')
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

  it('leads to the first field that is not right when a new source is refused, and keeps the summary in view', async () => {
    const { page, close } = await stack.signIn('/new-source?connector=web')
    await page.getByLabel('Name', { exact: true }).fill('Site')
    const address = page.locator('[data-path="config.startUrls"]')
    await address.fill('ftp://example.com/')
    await page.getByRole('button', { name: 'Test these settings' }).click()
    await page.getByText('The address is not allowed').waitFor()
    await page.locator('.columns .panel').first().locator('summary').first().click()
    // A field stays where it is, and keeps the focus, while it is typed.
    await page.locator('[data-path="config.maxPages"]').pressSequentially('70')
    expect(await page.locator('[data-path="config.maxPages"]').inputValue()).toBe('70')
    await page.getByLabel('Sign in').selectOption('User name and password')
    await page.getByText('Freshness, language and labels').click()
    await page.getByLabel('Must be fresh within').fill('soon')
    await page.getByRole('button', { name: 'Create and run' }).click()
    await until(async () => (await page.locator(':focus').getAttribute('aria-invalid')) === 'true')
    const first = page.locator('[aria-invalid="true"]').first()
    expect(await first.and(page.locator(':focus')).count()).toBe(1)
    const summary = page.locator('.save-bar [role=alert]')
    const box = await summary.boundingBox()
    expect(box !== null && box.y > 0 && box.y + box.height <= 800).toBe(true)
    const said = await page.locator('.field', { has: first }).getByRole('alert').innerText()
    expect(said).not.toMatch(/config\.|freshWithin/u)
    await close()
  })

  it('shows what somebody else has changed meanwhile, and lets one decide', async () => {
    const { page, close } = await stack.signIn('/sources/notes?tab=settings')
    await page.locator('[data-path="config.paths"]').fill('*.md\n*.txt')
    await stack.api.patch('/v1/sources/notes', { config: { paths: ['*.md', 'other/*'] } }, { headers: { 'if-match': '*' } })
    await page.getByRole('button', { name: 'Save and publish' }).click()
    await page.getByText('Someone else has changed this source').waitFor()
    await page.getByText('other/*').first().waitFor()
    await page.getByRole('button', { name: 'Save mine as well' }).click()
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
    await page.getByRole('button', { name: 'Roll back to this version' }).last().click()
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
