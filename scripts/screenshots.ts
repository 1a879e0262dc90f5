// Takes pictures of the console of a running demo.
//   npm run screenshots                     the two of the README, into docs/images
//   npm run screenshots -- --all <folder>   every page at 1280 and 375 px, dark and light, to look at
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findChromium } from '@inlet/testing'
import { type Browser, chromium, type Page } from 'playwright'

const root = fileURLToPath(new URL('..', import.meta.url))
const START_MS = 300_000

const { values: options } = parseArgs({ options: { all: { type: 'string' }, url: { type: 'string' }, key: { type: 'string' } } })

interface Demo {
  readonly url: string
  readonly key: string
  readonly stop: () => Promise<void>
}

/** A demo of its own, which ends with this process; or the one that --url and --key name. */
const openDemo = async (): Promise<Demo> => {
  if (options.url !== undefined && options.key !== undefined) return { url: options.url, key: options.key, stop: async () => {} }
  const data = mkdtempSync(path.join(tmpdir(), 'inlet-screenshots-'))
  const child = spawn(process.execPath, [path.join(root, 'apps/cli/dist/main.js'), 'demo', '--data', data], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()))
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
    rmSync(data, { recursive: true, force: true })
  }
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  for (const startedAt = Date.now(); Date.now() - startedAt < START_MS && child.exitCode === null; ) {
    const url = /Console\s+(http:\S+?)\/#link=/u.exec(printed)?.[1]
    const key = /Key \(admin\)\s+(inl_\S+)/u.exec(printed)?.[1]
    if (url !== undefined && key !== undefined) return { url, key, stop }
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  await stop()
  throw new Error(`the demo did not start:\n${printed}`)
}

const call = async (demo: Demo, method: string, address: string, body?: unknown): Promise<{ readonly [name: string]: unknown }> => {
  const response = await fetch(demo.url + address, {
    method,
    headers: { authorization: `Bearer ${demo.key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return (await response.json()) as { readonly [name: string]: unknown }
}

/** What a day in operation has and a fresh demo lacks: sources that fail, in ways that need no network. */
const TROUBLE = [
  { name: 'Invoices', slug: 'invoices', connector: 'file', config: { paths: ['/srv/invoices/*.csv'] }, labels: { team: 'finance' } },
  { name: 'Status page', slug: 'status-page', connector: 'web', config: { startUrls: ['http://127.0.0.1:9/'] }, labels: { team: 'support' } },
]

const signIn = async (browser: Browser, demo: Demo, look: { readonly width: number; readonly scheme: 'light' | 'dark' }): Promise<Page> => {
  const height = look.width < 500 ? 740 : 800
  const context = await browser.newContext({
    baseURL: demo.url,
    viewport: { width: look.width, height },
    colorScheme: look.scheme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
  })
  const page = await context.newPage()
  await page.goto('/')
  await page.getByLabel('API key').fill(demo.key)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('nav.side').waitFor({ state: 'attached' })
  return page
}

const untilQuiet = async (page: Page): Promise<void> => {
  await page.getByRole('heading', { level: 1 }).waitFor()
  while ((await page.locator('main [aria-busy=true]').count()) > 0) await page.waitForTimeout(100)
  await page.waitForTimeout(300)
}

const take = async (page: Page, address: string, file: string, isFull = false): Promise<void> => {
  await page.goto(address)
  await untilQuiet(page)
  await page.screenshot({ path: file, fullPage: isFull })
}

/** Every page, with something in it where the demo has something. */
const addresses = async (demo: Demo): Promise<readonly (readonly [name: string, address: string])[]> => {
  const runs = (await call(demo, 'GET', '/v1/runs?limit=50')) as {
    readonly items: readonly { id: string; outcome: string | null; counts: { read: number } }[]
  }
  const good = runs.items.find(({ counts }) => counts.read > 100)?.id
  const bad = runs.items.find(({ outcome }) => outcome === 'failed')?.id
  const tabs = ['runs', 'quarantine', 'settings', 'versions', 'schedule', 'events']
  return [
    ['overview', '/'],
    ['sources', '/sources'],
    ['sources-selected', '/sources?select=demo-web,demo-api'],
    ['sources-none', '/sources?q=nothing'],
    ['new', '/new-source'],
    ['new-api', '/new-source?connector=api'],
    ['source', '/sources/demo-postgres'],
    ...tabs.map((tab) => [`source-${tab}`, `/sources/demo-postgres?tab=${tab}`] as const),
    ['source-broken', '/sources/invoices'],
    ['runs', '/runs'],
    ...(good === undefined ? [] : [['run', `/runs/${good}`] as const, ['run-log', `/runs/${good}?tab=log`] as const]),
    ...(bad === undefined ? [] : [['run-failed', `/runs/${bad}`] as const]),
    ['records', '/records?q=lease'],
    ['quarantine', '/quarantine'],
    ['workers', '/workers'],
    ['credentials', '/credentials'],
    ['notifications', '/notifications'],
    ['sinks', '/sinks'],
    ['generations', '/generations'],
    ['audit', '/audit'],
    ['settings', '/settings'],
    ['missing', '/sources/missing'],
  ]
}

const executablePath = findChromium()
if (executablePath === null) throw new Error('there is no Chromium on this machine')
const demo = await openDemo()
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage', '--font-render-hinting=none'] })
try {
  for (const source of TROUBLE) await call(demo, 'POST', '/v1/sources', { ...source, runNow: true })
  for (const startedAt = Date.now(); Date.now() - startedAt < 60_000; ) {
    const runs = (await call(demo, 'GET', '/v1/runs?outcome=failed')) as { readonly items: readonly unknown[] }
    if (runs.items.length >= TROUBLE.length) break
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  if (options.all === undefined) {
    const folder = path.join(root, 'docs/images')
    mkdirSync(folder, { recursive: true })
    const page = await signIn(browser, demo, { width: 1_280, scheme: 'light' })
    await take(page, '/sources', path.join(folder, 'console-sources.png'))
    await take(page, '/sources/demo-postgres', path.join(folder, 'console-source.png'))
  } else {
    mkdirSync(options.all, { recursive: true })
    const pages = await addresses(demo)
    for (const width of [1_280, 375])
      for (const scheme of ['light', 'dark'] as const) {
        const page = await signIn(browser, demo, { width, scheme })
        for (const [name, address] of pages) await take(page, address, path.join(options.all, `${name}-${width}-${scheme}.png`), true)
        await page.context().close()
      }
  }
} finally {
  await browser.close()
  await demo.stop()
}
