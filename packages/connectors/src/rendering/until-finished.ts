import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, type FetchedDocument, type RenderedPage, type RenderSettings, timeoutSignal } from '@inlet/connector-sdk'
import type { Page } from 'playwright-core'
import type { DocumentInterceptor } from './document-interceptor.js'

export interface Rendering {
  readonly page: Page
  readonly interceptor: DocumentInterceptor
  readonly settings: RenderSettings
  readonly document: FetchedDocument
  readonly signal: AbortSignal
}

/** A page that never becomes idle is taken as it is after this time. */
const QUIET_MS = 10_000
const SCROLL_PAUSE_MS = 150
const CONTENT_ATTEMPTS = 4

/** Shows the document and waits until it is finished, or has navigated elsewhere. Throws TIMEOUT. */
export const untilFinished = async (rendering: Rendering): Promise<RenderedPage> => {
  const { interceptor, settings, document, signal } = rendering
  const deadline = timeoutSignal(settings.timeoutMs)
  const late = new Promise<never>((_resolve, reject) => {
    deadline.addEventListener('abort', () => reject(timedOut(document.url, settings)), { once: true })
  })
  late.catch(() => undefined)
  const both = AbortSignal.any([signal, deadline])
  const left = interceptor.redirected.then(() => null)
  const shown = show(rendering, both)
  shown.catch(() => undefined)
  try {
    const html = await Promise.race([shown, left, late])
    const { redirectedTo } = interceptor
    return html === null || redirectedTo !== undefined ? { redirectedTo: redirectedTo ?? document.url } : { html }
  } catch (error) {
    const { redirectedTo } = interceptor
    if (redirectedTo !== undefined) return { redirectedTo }
    throw toFailure(error, document.url, settings)
  }
}

const show = async ({ page, settings, document }: Rendering, signal: AbortSignal): Promise<string> => {
  await page.goto(document.url, { waitUntil: 'domcontentloaded', timeout: settings.timeoutMs })
  await waitFor(page, settings, signal)
  if (settings.scroll > 0) await scrollDown(page, settings, signal)
  return contentOf(page)
}

/** A page that is just reloading has no content for a moment. */
const contentOf = async (page: Page): Promise<string> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await page.content()
    } catch (error) {
      if (attempt === CONTENT_ATTEMPTS || !(error instanceof Error) || !/navigat|context was destroyed/i.test(error.message)) throw error
      await page.waitForLoadState('domcontentloaded')
    }
  }
}

const waitFor = async (page: Page, { waitFor: what, timeoutMs }: RenderSettings, signal: AbortSignal): Promise<void> => {
  if (typeof what === 'string') await page.waitForLoadState(what, { timeout: Math.min(QUIET_MS, timeoutMs / 2) }).catch(ignoreTimeout)
  else if ('ms' in what) await sleep(what.ms, undefined, { signal })
  else await page.waitForSelector(what.selector, { state: 'attached', timeout: timeoutMs })
}

/** Triggers what is loaded on scrolling into view. */
const scrollDown = async (page: Page, settings: RenderSettings, signal: AbortSignal): Promise<void> => {
  for (let screen = 0; screen < settings.scroll; screen++) {
    const more = await page.evaluate('(() => { const y = scrollY; scrollBy(0, innerHeight); return scrollY > y })()')
    await sleep(SCROLL_PAUSE_MS, undefined, { signal })
    if (more !== true) break
  }
  await waitFor(page, settings, signal)
}

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError'

const ignoreTimeout = (error: unknown): void => {
  if (!isTimeout(error)) throw error
}

const timedOut = (url: string, { waitFor: what, timeoutMs }: RenderSettings): Failure =>
  new Failure(
    'TIMEOUT',
    typeof what === 'object' && 'selector' in what
      ? `${url} shows nothing that matches ${what.selector.slice(0, 200)} within ${timeoutMs / 1_000} s`
      : `the scripts of ${url} do not come to an end within ${timeoutMs / 1_000} s`,
  )

const toFailure = (error: unknown, url: string, settings: RenderSettings): unknown => {
  if (error instanceof Failure) return error
  if (isTimeout(error)) return timedOut(url, settings)
  const text = error instanceof Error ? error.message : ''
  if (/is not a valid selector|Unexpected token|Unknown engine/.test(text))
    return new Failure('VALIDATION_FAILED', 'waitFor.selector is not a CSS selector', { field: 'config.browser.waitFor.selector' })
  return error
}
