import { findDocsSite } from '../inputs/docs-site.js'
import { type Crawler, findCrawlee, findScrapy } from '../peers/crawlers.js'
import type { Measure } from '../report/measure.js'
import { median } from '../report/statistics.js'
import { ingestOnce } from '../stack/ingest-once.js'
import { openStack } from '../stack/stack.js'
import { describeCpu, readStackCpu } from '../stack/stack-cpu.js'
import { serveFolder } from '../stack/static-server.js'
import type { Scenario } from './scenario.js'

const CONCURRENCY = 16

/** Pages per second of a documentation site, to searchable Markdown, beside other crawlers in turn. */
export const measureSite: Scenario = async (context) => {
  const { backend, settings, binaries, postgres, note } = context
  const docs = findDocsSite(settings.docsFolder)
  const peers = [await findCrawlee(note), findScrapy(binaries.scrapy, note)].filter((peer): peer is Crawler => peer !== null)
  const server = await serveFolder(docs.folder, binaries.nginx)
  note(`${docs.pages} pages of ${docs.what}, served by ${server.what}`)
  const inlet: number[] = []
  const others = new Map<string, number[]>(peers.map(({ name }) => [name, []]))
  const stack = await openStack({ ...context, redisServer: binaries['redis-server'], name: 'site', workers: 1 })
  try {
    const start = `${server.url}/index.html`
    const config = { startUrls: [start], delayMs: 0, concurrency: CONCURRENCY, robots: 'ignore', sitemap: 'off', maxDepth: 100 }
    for (let n = 0; n < settings.repetitions; n += 1) {
      await stack.database.pool.query('TRUNCATE records')
      const before = readStackCpu(stack, postgres.pid)
      const ours = await ingestOnce(stack, { name: `Site ${n}`, connector: 'web', config })
      note(`processor seconds until stored: ${describeCpu(before, readStackCpu(stack, postgres.pid))}`)
      inlet.push(ours.inserted / ours.seconds)
      const rates = [`Inlet ${ours.inserted} in ${ours.seconds.toFixed(2)} s`]
      for (const peer of peers) {
        const { pages, seconds } = await peer.crawl(start, CONCURRENCY)
        others.get(peer.name)?.push(pages / seconds)
        rates.push(`${peer.name} ${pages} in ${seconds.toFixed(2)} s`)
      }
      note(`round ${n + 1}: ${rates.join(', ')}`)
    }
  } finally {
    await stack.close()
    await server.close()
  }
  const value = median(inlet)
  const what = `site of ${docs.pages} pages → searchable Markdown`
  const base = { scenario: 'site', backend, what, value, unit: 'pages/s', values: inlet } as const
  if (others.size === 0) return [base]
  return [...others].map(
    ([name, values]): Measure => ({
      ...base,
      beside: { name, value: median(values), ratio: value / median(values) },
      target: { of: 'ratio', sense: 'at least', limit: 3 },
    }),
  )
}
