import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connectors } from '@inlet/connectors'
import { createLogger, createSecretRegistry } from '@inlet/observability'
import { composeScribe } from '@inlet/scribe/compose'
import { findChromium } from '@inlet/testing'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright'
import { type ApiOptions, startApi, type TestApi, toyConnector } from '../../apps/api/testing/start-api.js'
import { composeWorker } from '../../apps/worker/src/compose.js'

/** Where systems of these tests may be read. */
const LOOPBACK = '127.0.0.1'

export const chromiumPath = findChromium()

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
  const processes = await startProcesses(api, fileRoot)
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
      for (const close of processes) await close()
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

const startProcesses = async (api: TestApi, fileRoot: string): Promise<readonly (() => Promise<void>)[]> => {
  const common = {
    DATABASE_URL: api.store.url,
    REDIS_URL: undefined,
    LOG_LEVEL: 'warn' as const,
    INLET_QUEUE_PREFIX: 'inlet',
    INLET_LEASE_TTL_MS: 15_000,
  }
  const log = createLogger({ level: 'silent', name: 'test' })
  const { signal } = new AbortController()
  const scribe = await composeScribe(
    { ...common, INLET_SCRIBE_CONCURRENCY: 1, INLET_SCRIBE_OPS_HOST: '127.0.0.1', INLET_SCRIBE_OPS_PORT: 0 },
    { log, signal },
  )
  const workDir = mkdtempSync(path.join(tmpdir(), 'inlet-work-'))
  const worker = await composeWorker(
    {
      ...common,
      INLET_ENCRYPTION_KEYS: api.keyring,
      INLET_EGRESS_ALLOW: [LOOPBACK],
      INLET_CONNECTORS: [],
      INLET_FILE_ROOTS: [fileRoot],
      INLET_SINGER_TAPS: new Map(),
      INLET_WORK_DIR: workDir,
      INLET_CHROMIUM_SANDBOX: 'auto',
      INLET_CHROMIUM_PAGES: 4,
      INLET_CHROMIUM_MEMORY_BYTES: 1_073_741_824,
      INLET_WORKER_CONCURRENCY: 2,
      INLET_WORKER_INFLIGHT_BYTES: 33_554_432,
      INLET_SCRIBE_BACKLOG_BYTES: 67_108_864,
      INLET_WORKER_OPS_HOST: '127.0.0.1',
      INLET_WORKER_OPS_PORT: 0,
    },
    { log, secrets: createSecretRegistry(), signal },
    { findConnector: (type) => (type === toyConnector.type ? toyConnector : connectors.find((connector) => connector.type === type)) },
  )
  return [
    async () => void (await worker.close()),
    async () => void (await scribe.close()),
    async () => rmSync(workDir, { recursive: true, force: true }),
  ]
}
