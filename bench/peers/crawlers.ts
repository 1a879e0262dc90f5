import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../stack/run-command.js'

export interface Crawled {
  readonly pages: number
  readonly seconds: number
}

/** Another crawler; the time to start its process is not counted. */
export interface Crawler {
  readonly name: string
  crawl(url: string, concurrency: number): Promise<Crawled>
}

const HERE = fileURLToPath(new URL('.', import.meta.url))

/** Crawlee's CheerioCrawler, installed into bench/peers when it is not there yet; null, with a note, when npm cannot. */
export const findCrawlee = async (note: (message: string) => void): Promise<Crawler | null> => {
  if (!existsSync(path.join(HERE, 'node_modules/@crawlee/cheerio'))) {
    note('installing Crawlee into bench/peers…')
    try {
      await runCommand('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock', '--workspaces=false'], { cwd: HERE })
    } catch (error) {
      note(`Crawlee cannot be installed (${error instanceof Error ? (error.message.split('\n').at(-1) ?? '') : ''}): not compared`)
      return null
    }
  }
  return {
    name: 'Crawlee',
    crawl: (url, concurrency) =>
      inFolder((folder) =>
        runCommand(process.execPath, [path.join(HERE, 'crawlee-site.mjs'), url, String(concurrency)], { env: { CRAWLEE_STORAGE_DIR: folder } }),
      ),
  }
}

/** Scrapy, when it is installed. */
export const findScrapy = (binary: string | null, note: (message: string) => void): Crawler | null => {
  if (binary === null) {
    note('Scrapy is not installed: not compared')
    return null
  }
  return {
    name: 'Scrapy',
    crawl: (url, concurrency) =>
      inFolder((folder) => {
        const settings = Object.entries({
          LOG_LEVEL: 'ERROR',
          ROBOTSTXT_OBEY: 'False',
          DOWNLOAD_DELAY: '0',
          AUTOTHROTTLE_ENABLED: 'False',
          TELNETCONSOLE_ENABLED: 'False',
          CONCURRENT_REQUESTS: String(concurrency),
          CONCURRENT_REQUESTS_PER_DOMAIN: String(concurrency),
        })
        const flags = settings.flatMap(([key, value]) => ['-s', `${key}=${value}`])
        return runCommand(binary, ['runspider', path.join(HERE, 'scrapy_site.py'), '-a', `url=${url}`, '-o', 'pages.jsonl', ...flags], {
          cwd: folder,
        })
      }),
  }
}

const inFolder = async (work: (folder: string) => Promise<string>): Promise<Crawled> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'inlet-bench-crawl-'))
  try {
    const output = await work(folder)
    const line =
      output
        .trimEnd()
        .split('\n')
        .findLast((text) => text.startsWith('{"pages"')) ?? ''
    return JSON.parse(line) as Crawled
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
