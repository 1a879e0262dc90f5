import { type ConnectorLog, Failure, type FetchedDocument, type PageRenderer, type RenderedPage, type RenderSettings } from '@inlet/connector-sdk'
import { findChromium } from './find-chromium.js'
import { removeStaleProfiles } from './profile-folder.js'
import { createSharedBrowser } from './shared-browser.js'
import { createSlotPool, type SlotPool, type TakenSlot } from './slot-pool.js'
import { within } from './within.js'

export interface PageRendererOptions {
  /** Path of the browser; without it the system's, otherwise that of the npm package @sparticuz/chromium. */
  readonly chromium?: string | undefined
  /** Chromium's sandbox; `auto`: on, unless this process runs as root, where it does not work. */
  readonly sandbox?: 'auto' | 'on' | 'off'
  /** Concurrent pages over all sources; default 4. */
  readonly maxPages?: number
  /** Limit for all processes of the browser; above it a new browser is started and this one ends. Default 1 GiB. */
  readonly maxMemoryBytes?: number
  /** After this many pages a new browser is started; default 1,000. */
  readonly maxPagesPerBrowser?: number
  readonly log: ConnectorLog
}

export interface ClosablePageRenderer extends PageRenderer, AsyncDisposable {
  /** Browsers started so far, for tests and measurements. */
  readonly started: number
}

const LEAVE_MS = 500

/**
 * Creates the renderer of this process. Its browser starts with the first page of the first session, ends with the last session, and is restarted
 * when it crashes, grows too large or has shown many pages. Starts nothing yet. The caller disposes it.
 */
export const createPageRenderer = (options: PageRendererOptions): ClosablePageRenderer => {
  const { sandbox = 'auto', maxPages = 4, maxMemoryBytes = 1024 ** 3, maxPagesPerBrowser = 1_000, log } = options
  let swept: Promise<void> | undefined
  const browser = createSharedBrowser({
    launchOptions: async () => {
      await (swept ??= removeStaleProfiles())
      return { executablePath: await findChromium(options.chromium), sandbox: sandbox === 'auto' ? process.getuid?.() !== 0 : sandbox === 'on' }
    },
    maxMemoryBytes,
    maxPages: maxPagesPerBrowser,
    log,
  })
  const pool = createSlotPool({ browser, maxPages })
  let sessions = 0
  const leave = async (owner: object): Promise<void> => {
    // Pages need not be closed one by one when the browser ends.
    if (--sessions === 0) await browser.close()
    await pool.closeOf(owner)
  }
  return {
    get started() {
      return browser.started
    },
    check: async () => void (await findChromium(options.chromium)),
    open(settings) {
      const owner = {}
      const closed = new AbortController()
      let leaving: Promise<void> | undefined
      sessions++
      return {
        render: (document, signal) => renderOnce({ pool, owner, settings }, document, AbortSignal.any([signal, closed.signal])),
        [Symbol.asyncDispose]: () => {
          closed.abort(new Failure('CANCELLED', 'the browser is no longer needed'))
          // A cancelled read does not wait for the last processes to end; the worker does.
          return within(LEAVE_MS, (leaving ??= leave(owner))).then(() => undefined)
        },
      }
    },
    [Symbol.asyncDispose]: () => browser.close(),
  }
}

interface Place {
  readonly pool: SlotPool
  readonly owner: object
  readonly settings: RenderSettings
}

/** A page that was open when its process or the browser ended is rendered once more, since another page may be to blame. */
const renderOnce = async ({ pool, owner, settings }: Place, document: FetchedDocument, signal: AbortSignal): Promise<RenderedPage> => {
  for (let attempt = 1; ; attempt++) {
    let slot: TakenSlot | undefined
    let healthy = false
    try {
      slot = await pool.take(owner, settings, signal)
      const result = await slot.render(document, signal)
      healthy = true
      return result
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof Failure) throw error
      const crashed = slot === undefined || slot.crashed
      if (!crashed) throw new Failure('PAGE_NOT_RENDERED', `the browser cannot show ${document.url}: ${firstLine(error)}`, { cause: error })
      if (attempt > 1) throw new Failure('PAGE_NOT_RENDERED', `the browser ended twice while ${document.url} was open`, { cause: error })
    } finally {
      if (slot !== undefined) pool.release(slot, healthy)
    }
  }
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]?.slice(0, 300) ?? ''
