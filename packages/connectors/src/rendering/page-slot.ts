import { Failure, type FetchedDocument, PROXY_GREETING_URL, type ProxyPass, type RenderedPage, type RenderSettings } from '@inlet/connector-sdk'
import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { createDocumentInterceptor, type DocumentInterceptor } from './document-interceptor.js'
import type { RunningBrowser } from './running-browser.js'
import { untilFinished } from './until-finished.js'
import { within } from './within.js'

/** One page of the browser, in a context of its own, isolated from other pages. */
export interface PageSlot {
  /** Whether the browser or the page's process has ended; nothing more can be done with it. */
  readonly crashed: boolean
  /** Throws TIMEOUT, RESPONSE_TOO_LARGE, the reason of the signal, or anything if the page crashed. Call `reset` or `close` afterwards. */
  render(document: FetchedDocument, signal: AbortSignal): Promise<RenderedPage>
  /** Forgets the last page: stops scripts, clears cookies and storage, keeps the cache. Returns false if that does not succeed soon. */
  reset(): Promise<boolean>
  close(): Promise<void>
}

const RESET_MS = 2_000
const CLOSE_MS = 1_000
const BLANK = 'about:blank'

/** Opens a page whose requests go through the proxy with a credential of its own. The caller closes it. */
export const openPageSlot = async (running: RunningBrowser, settings: RenderSettings): Promise<PageSlot> => {
  const pass = running.proxy.admit({ guard: settings.guard, maxBytes: settings.maxBytes })
  const context = await running.browser.newContext({
    userAgent: settings.userAgent,
    viewport: { ...settings.viewport },
    proxy: { server: running.proxy.url, bypass: '<-loopback>' },
    // They would answer instead of the site, and outlive the page.
    serviceWorkers: 'block',
    acceptDownloads: false,
  })
  try {
    const page = await context.newPage()
    const cdp = await context.newCDPSession(page)
    await greetProxy(page, cdp, pass)
    return createSlot({ running, settings, pass, context, page, cdp, interceptor: await createDocumentInterceptor(cdp, settings) })
  } catch (error) {
    pass.close()
    await within(CLOSE_MS, context.close())
    throw error
  }
}

interface Parts {
  readonly running: RunningBrowser
  readonly settings: RenderSettings
  readonly pass: ProxyPass
  readonly context: BrowserContext
  readonly page: Page
  readonly cdp: CDPSession
  readonly interceptor: DocumentInterceptor
}

const createSlot = (parts: Parts): PageSlot => {
  const { running, settings, pass, context, page, interceptor } = parts
  const cookies = toCookies(settings.headers)
  let gone = false
  page.on('crash', () => (gone = true))
  page.on('close', () => (gone = true))
  // Windows that the page opens.
  context.on('page', (other) => void other.close().catch(() => undefined))
  const isCrashed = (): boolean => gone || !running.isAlive()
  return {
    get crashed() {
      return isCrashed()
    },
    async render(document, signal) {
      pass.begin()
      if (cookies.length > 0) await abortable(context.addCookies(cookies), signal)
      interceptor.expect(document)
      const crash = new Promise<never>((_resolve, reject) => page.once('crash', () => reject(new Error('the page crashed'))))
      crash.catch(() => undefined)
      const work = untilFinished({ page, interceptor, settings, document, signal })
      work.catch(() => undefined)
      const result = await abortable(Promise.race([work, crash]), signal).catch((error: unknown) => {
        // Calls fail before the event that says why.
        if (error instanceof Error && /has been closed|crashed/.test(error.message)) gone = true
        if (pass.exceeded) throw tooLarge(document.url, `loads more than maxBytes (${settings.maxBytes})`)
        throw error
      })
      if (pass.exceeded) throw tooLarge(document.url, `loads more than maxBytes (${settings.maxBytes})`)
      if ('html' in result && Buffer.byteLength(result.html) > settings.maxHtmlBytes)
        throw tooLarge(document.url, `has more than maxPageBytes (${settings.maxHtmlBytes}) when its scripts have run`)
      return result
    },
    reset: async () => (await within(RESET_MS, forget(parts))) && !isCrashed() && page.url() === BLANK,
    async close() {
      pass.close()
      await within(CLOSE_MS, context.close())
    },
  }
}

const tooLarge = (url: string, what: string): Failure => new Failure('RESPONSE_TOO_LARGE', `${url} ${what}`)

const abortable = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  let onAbort = (): void => undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason as Error)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

const forget = async ({ page, context, cdp }: Parts): Promise<void> => {
  const { origin } = new URL(page.url())
  await page.goto(BLANK)
  await context.clearCookies()
  // Everything but the cache.
  if (origin !== 'null')
    await cdp.send('Storage.clearDataForOrigin', { origin, storageTypes: 'local_storage,indexeddb,websql,cache_storage,file_systems,shared_storage' })
}

/**
 * Makes the browser learn the credential from one request that the proxy itself answers; from then on the browser sends it on its own.
 * Leaving this to Playwright would pause every request and disable the cache.
 */
const greetProxy = async (page: Page, cdp: CDPSession, { username, password }: ProxyPass): Promise<void> => {
  const answered = (): void => undefined
  cdp.on('Fetch.authRequired', ({ requestId }) => {
    const authChallengeResponse = { response: 'ProvideCredentials', username, password } as const
    void cdp.send('Fetch.continueWithAuth', { requestId, authChallengeResponse }).catch(answered)
  })
  const go = ({ requestId }: { requestId: string }): void => void cdp.send('Fetch.continueRequest', { requestId }).catch(answered)
  cdp.on('Fetch.requestPaused', go)
  await cdp.send('Fetch.enable', { handleAuthRequests: true, patterns: [{ urlPattern: `${PROXY_GREETING_URL}*` }] })
  await page.goto(PROXY_GREETING_URL)
  await page.goto(BLANK)
  await cdp.send('Fetch.disable')
  cdp.off('Fetch.requestPaused', go)
}

/** Turns the Cookie header into cookies of each origin: the browser sends no others. */
const toCookies = ({ origins, values }: RenderSettings['headers']): { readonly name: string; readonly value: string; readonly url: string }[] => {
  const pairs = (values['cookie'] ?? '').split(';').flatMap((pair) => {
    const at = pair.indexOf('=')
    return at > 0 ? [{ name: pair.slice(0, at).trim(), value: pair.slice(at + 1).trim() }] : []
  })
  return origins.flatMap((url) => pairs.map((pair) => ({ ...pair, url })))
}
