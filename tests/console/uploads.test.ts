import { until } from '@inlet/testing'
import axe from 'axe-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConsoleStack, chromiumPath, startConsole } from './start-console.js'

describe.skipIf(chromiumPath === null)('the uploaded files of a source', () => {
  let stack: ConsoleStack
  const rows = async (): Promise<readonly string[]> => {
    const { body } = await stack.api.get('/v1/records?source=people&stream=rows&fields=data')
    return (body.items as readonly { data: { name: string } }[]).map(({ data }) => data.name).sort()
  }
  const csv = (...names: readonly string[]) => ({
    name: 'people.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`name\n${names.map((name) => `${name}\n`).join('')}`),
  })

  beforeAll(async () => {
    stack = await startConsole()
    const octets = { 'content-type': 'application/octet-stream' }
    const { body } = await stack.api.send('POST', '/v1/uploads?name=people.csv', { raw: csv('Ada', 'Alan').buffer, headers: octets })
    await stack.api.post('/v1/sources', { name: 'People', slug: 'people', connector: 'file', config: { uploads: [body.id], keyFields: ['name'] } })
    await until(async () => (await rows()).length === 2, { timeoutMs: 120_000, what: 'the first rows' })
  })
  afterAll(() => stack?.close())

  it('are shown on its page, and replaced by another file that is read at once', async () => {
    const { page, complaints, close } = await stack.signIn('/sources/people')
    const row = page.getByRole('row', { name: /people\.csv/u })
    await row.getByText('read', { exact: true }).waitFor()
    await page.evaluate(axe.source)
    const { violations } = await page.evaluate<{ violations: readonly { impact: string; id: string }[] }>('axe.run(document)')
    expect(violations.filter(({ impact }) => ['serious', 'critical'].includes(impact)).map(({ id }) => id)).toEqual([])
    const chooser = page.waitForEvent('filechooser')
    await row.getByRole('button', { name: 'Replace file people.csv…' }).click()
    await (await chooser).setFiles(csv('Ada', 'Grace', 'Edsger'))
    await page.getByText('The file has been replaced, and a run has been started', { exact: false }).waitFor()
    await until(async () => (await rows()).join() === 'Ada,Edsger,Grace', { timeoutMs: 120_000, what: 'the new rows' })
    expect(complaints).toEqual([])
    await close()
  })

  it('stay when the new one is refused, and the reason is shown', async () => {
    const { page, close } = await stack.signIn('/sources/people')
    const row = page.getByRole('row', { name: /people\.csv/u })
    const chooser = page.waitForEvent('filechooser')
    await row.getByRole('button', { name: 'Replace file people.csv…' }).click()
    await (await chooser).setFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.alloc(0) })
    await row.getByText('the upload has no bytes').waitFor()
    expect(await rows()).toEqual(['Ada', 'Edsger', 'Grace'])
    await close()
  })

  it('cannot be replaced by somebody who may only look', async () => {
    const { page, close } = await stack.signIn('/sources/people', { key: stack.api.keys.read })
    await page.getByRole('row', { name: /people\.csv/u }).waitFor()
    expect(await page.getByRole('button', { name: /Replace file/u }).count()).toBe(0)
    await close()
  })
})
