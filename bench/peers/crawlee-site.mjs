// A site crawled with Crawlee as its guide shows: follow links, keep title and text of each page in the default data set.
import { CheerioCrawler, Configuration } from '@crawlee/cheerio'

const [url, concurrency] = [process.argv[2], Number(process.argv[3])]
Configuration.getGlobalConfig().set('logLevel', 'ERROR')
let pages = 0
const crawler = new CheerioCrawler({
  minConcurrency: concurrency,
  maxConcurrency: concurrency,
  async requestHandler({ request, $, enqueueLinks, pushData }) {
    pages += 1
    await pushData({ url: request.loadedUrl, title: $('title').text(), text: $('body').text() })
    await enqueueLinks({ strategy: 'same-hostname', globs: ['**/*.html'] })
  },
})
const started = performance.now()
await crawler.run([url])
console.log(JSON.stringify({ pages, seconds: (performance.now() - started) / 1000 }))
