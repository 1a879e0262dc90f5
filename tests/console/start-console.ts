import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connectors } from '@inlet/connectors'
import { findChromium } from '@inlet/testing'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright'
import { type ApiOptions, startApi, type TestApi, toyConnector } from '../../apps/api/testing/start-api.js'
import { startProcesses } from '../../apps/worker/testing/start-ingestion.js'

/** Where systems of these tests may be read. */
const LOOPBACK = '127.0.0.1'

export const chromiumPath = findChromium()

const TABS = ['runs', 'quarantine', 'settings', 'versions', 'schedule', 'events']

/** Pages of the console that a key with the scope read may see, among them those of one source. */
export const readablePages = (slug: string): readonly string[] => [
  '/',
  '/sources',
  `/sources/${slug}`,
  ...TABS.map((tab) => `/sources/${slug}?tab=${tab}`),
  '/bulk-operations',
  '/runs',
  '/records',
  '/quarantine',
  '/workers',
  '/credentials',
  '/notifications',
  '/sinks',
  '/generations',
]

/** Every page of the console. */
export const allPages = (slug: string): readonly string[] => [...readablePages(slug), '/new-source', '/audit', '/settings']

export interface OpenPage {
  readonly page: Page
  /** Everything the browser complained of: errors, refused content, failed requests. */
  readonly complaints: readonly string[]
  readonly close: () => Promise<void>
}

export interface ConsoleStack {
  readonly api: TestApi
  /** Whose files a source may read. */
  readonly fileRoot: string
  /** A page that is not signed in. */
  open(address: string, options?: BrowserContextOptions): Promise<OpenPage>
  /** A page that is signed in by a one-time link of the admin, or with a key. */
  signIn(address: string, options?: BrowserContextOptions & { readonly key?: string }): Promise<OpenPage>
  readonly close: () => Promise<void>
}

/** API, worker and scribe in this process with the real connectors, and a browser in front. */
export const startConsole = async (options: ApiOptions = {}): Promise<ConsoleStack> => {
  if (chromiumPath === null) throw new Error('there is no Chromium on this machine')
  const api = await startApi({
    connectors: connectors.filter(({ type }) => type !== toyConnector.type),
    ...options,
    config: { INLET_EGRESS_ALLOW: [LOOPBACK], ...options.config },
  })
  const fileRoot = mkdtempSync(path.join(tmpdir(), 'inlet-console-'))
  writeFileSync(path.join(fileRoot, 'hello.md'), '# Hello\n\nA first document about leases.\n')
  const processes = await startProcesses({
    databaseUrl: api.store.url,
    keyring: api.keyring,
    overrides: { findConnector: (type) => (type === toyConnector.type ? toyConnector : connectors.find((connector) => connector.type === type)) },
    config: { INLET_EGRESS_ALLOW: [LOOPBACK], INLET_FILE_ROOTS: [fileRoot] },
  })
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
  const open: ConsoleStack['open'] = (address, context) => openPage(browser, api.url, address, context)
  return {
    api,
    fileRoot,
    open,
    async signIn(address, { key, ...context } = {}) {
      if (key === undefined) {
        const link = await api.post('/v1/session/link')
        const [, hash] = (link.body as { path: string }).path.split('#')
        const opened = await open(`${address}#${hash}`, context)
        await opened.page.locator('nav.side').waitFor({ state: 'attached' })
        return opened
      }
      const opened = await open(address, context)
      await opened.page.getByLabel('API key').fill(key)
      await opened.page.getByRole('button', { name: 'Sign in' }).click()
      return opened
    },
    async close() {
      await browser.close()
      await processes.close()
      await api.close()
      rmSync(fileRoot, { recursive: true, force: true })
    },
  }
}

const openPage = async (browser: Browser, url: string, address: string, options: BrowserContextOptions = {}): Promise<OpenPage> => {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()} ${message.location().url}`)
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) complaints.push(`asks another server: ${request.url()}`)
  })
  await page.goto(address)
  return { page, complaints, close: () => context.close() }
}
