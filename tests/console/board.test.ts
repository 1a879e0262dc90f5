import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConsoleStack, chromiumPath, startConsole } from './start-console.js'

describe.skipIf(chromiumPath === null)('the board of queues', () => {
  let stack: ConsoleStack
  beforeAll(async () => {
    stack = await startConsole()
  })
  afterAll(() => stack?.close())

  it('names what jobs are about, marks runs that failed, links to them, and loads nothing from elsewhere', async () => {
    const { api } = stack
    const runs: string[] = []
    for (const [slug, file] of [
      ['good', `${stack.fileRoot}/hello.md`],
      ['bad', '/nowhere/hello.md'],
    ]) {
      const { body } = await api.post('/v1/sources', {
        name: slug,
        slug,
        connector: 'file',
        config: { paths: [file] },
        runNow: true,
      })
      runs.push(body.runId)
    }
    const outcomes = () => Promise.all(runs.map(async (id) => (await api.get(`/v1/runs/${id}`)).body.outcome as string | null))
    await until(async () => (await outcomes()).every((outcome) => outcome !== null), { timeoutMs: 60_000 })
    expect(await outcomes()).toEqual(['ok', 'failed'])
    const { page, complaints, close } = await stack.signIn('/')
    const elsewhere: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(api.url)) elsewhere.push(request.url())
    })
    await page.goto('/admin/queues/queue/ingestion')
    await page.getByText('run of good: ok').first().waitFor()
    await page.getByText('run of bad: failed (PATH_NOT_ALLOWED)').first().waitFor()
    expect(await page.locator(`a[href="/runs/${runs[1]}"]`).count()).toBeGreaterThan(0)
    expect(elsewhere.filter((url) => !url.startsWith('data:'))).toEqual([])
    expect(complaints).toEqual([])
    await close()
  })
})
