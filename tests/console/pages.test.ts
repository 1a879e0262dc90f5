import { until } from '@inlet/testing'
import axe from 'axe-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSource } from '../../apps/api/testing/start-api.js'
import { allPages, type ConsoleStack, chromiumPath, type OpenPage, startConsole } from './start-console.js'

const PAGES = [...allPages('long'), '/new-source?connector=api', '/sources/missing']

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string }[]
}

const seriousIn = async ({ page }: OpenPage): Promise<readonly string[]> => {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<{ violations: readonly Violation[] }>('axe.run(document)')
  return violations
    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
}

describe.skipIf(chromiumPath === null)('every page', () => {
  let stack: ConsoleStack
  beforeAll(async () => {
    stack = await startConsole()
    const name = `Ein sehr langer Name für eine Quelle, 東京の注文データベース ${'x'.repeat(120)}`
    await stack.api.post(
      '/v1/sources',
      newSource({ name, slug: 'long', labels: { team: 'ein-langes-schild' }, runNow: true, schedule: { cron: '0 3 * * *' } }),
    )
  })
  afterAll(() => stack?.close())

  it.each([
    ['light', 1_280],
    ['dark', 375],
    ['light', 2_560],
  ] as const)('is accessible, fits, and complains of nothing (%s, %d px)', async (colorScheme, width) => {
    const opened = await stack.signIn('/', { colorScheme, viewport: { width, height: 800 } })
    for (const address of PAGES) {
      await opened.page.goto(address)
      await opened.page.getByRole('heading', { level: 1 }).waitFor()
      await until(async () => (await opened.page.locator('main [aria-busy=true]').count()) === 0)
      // What is accessible does not depend on room to spare.
      expect([address, width > 2_000 ? [] : await seriousIn(opened)]).toEqual([address, []])
      // What lies beside the window moves it, even where it cannot be seen.
      const fits = 'Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) <= innerWidth'
      expect([address, await opened.page.evaluate(fits)]).toEqual([address, true])
    }
    // A page that does not exist is asked for once.
    expect(opened.complaints.filter((text) => !text.includes('404'))).toEqual([])
    await opened.close()
  })

  it('writes numbers and dates as the reader does', async () => {
    const { page, close } = await stack.signIn('/sources/long?tab=schedule', { locale: 'de-DE', timezoneId: 'Europe/Berlin' })
    const moments = page.getByLabel('The next five times').getByText(/^\p{L}{2}\., \d{1,2}\. \S+ \d{4}, \d{2}:\d{2} MEZ$/u)
    await moments.first().waitFor()
    expect(await moments.count()).toBe(5)
    await close()
  })

  it('loads little at first', async () => {
    const { page, close } = await stack.open('/')
    const bytes = await page.evaluate<number>(
      `performance.getEntriesByType('resource').filter(({ name }) => name.includes('/assets/')).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`,
    )
    expect(bytes).toBeGreaterThan(50_000)
    expect(bytes).toBeLessThan(250_000)
    await close()
  })
})
