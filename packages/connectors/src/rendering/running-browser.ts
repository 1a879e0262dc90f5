import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, type FilteringProxy, openFilteringProxy } from '@inlet/connector-sdk'
import type { Browser, BrowserContext, CDPSession } from 'playwright-core'
import { createProfileFolder, killBrowserOf, removeProfile, removeProfileNow } from './profile-folder.js'
import { within } from './within.js'

export interface BrowserProcess {
  readonly pid: number
  readonly renderer: boolean
}

/** A running Chromium with its proxy and profile. */
export interface RunningBrowser {
  readonly browser: Browser
  readonly proxy: FilteringProxy
  readonly isAlive: () => boolean
  /** Returns its processes; none when it has ended. */
  processes(): Promise<readonly BrowserProcess[]>
  /** Ends it, even while it starts, and removes its profile. */
  close(): Promise<void>
}

export interface LaunchOptions {
  readonly executablePath: string
  /** Chromium's own sandbox, with which it does not start as root. */
  readonly sandbox: boolean
}

/** A browser being launched: `ready` throws BROWSER_UNUSABLE if it does not start. */
export interface Launching {
  readonly ready: Promise<RunningBrowser>
  close(): Promise<void>
}

const LAUNCH_MS = 30_000
const CLOSE_MS = 1_000
const KILL_EVERY_MS = 100

/**
 * Launches a browser that reaches the network only through a filtering proxy, has nothing of our environment and keeps nothing. The caller closes it.
 */
export const launchBrowser = (options: LaunchOptions): Launching => {
  const opened: Opened = {}
  const ready = start(options, opened)
  ready.catch(() => undefined)
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= end(opened, ready))
  return { ready: ready.then((running) => ({ ...running, close })), close }
}

interface Opened {
  profile?: string
  proxy?: FilteringProxy
  context?: BrowserContext
  onExit?: () => void
  ended?: boolean
}

const start = async ({ executablePath, sandbox }: LaunchOptions, opened: Opened): Promise<Omit<RunningBrowser, 'close'>> => {
  const { chromium } = await import('playwright-core')
  const proxy = (opened.proxy = await openFilteringProxy())
  const profile = (opened.profile = await createProfileFolder())
  const onExit = (): void => removeProfileNow(profile)
  process.once('exit', (opened.onExit = onExit))
  if (opened.ended === true) throw new Failure('CANCELLED', 'the browser is no longer needed')
  try {
    opened.context = await chromium.launchPersistentContext(profile, {
      executablePath,
      chromiumSandbox: sandbox,
      headless: true,
      timeout: LAUNCH_MS,
      // Our environment contains secrets.
      env: { HOME: profile, TMPDIR: profile, PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' },
      artifactsDir: path.join(profile, 'artifacts'),
      proxy: { server: proxy.url, bypass: '<-loopback>' },
      args: [...CHROMIUM_FLAGS],
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    })
  } catch (error) {
    throw new Failure('BROWSER_UNUSABLE', `${executablePath} does not start: ${firstLines(error)}`, { cause: error })
  }
  const browser = opened.context.browser()
  if (browser === null) throw new Failure('BROWSER_UNUSABLE', `${executablePath} cannot be driven`)
  const cdp = await browser.newBrowserCDPSession()
  return { browser, proxy, isAlive: () => browser.isConnected(), processes: () => listProcesses(cdp) }
}

const listProcesses = async (cdp: CDPSession): Promise<BrowserProcess[]> => {
  try {
    const { processInfo } = await cdp.send('SystemInfo.getProcessInfo')
    return processInfo.map(({ id, type }) => ({ pid: id, renderer: type === 'renderer' }))
  } catch {
    return []
  }
}

/** Ends a browser, even one that does not respond or is still starting. */
const end = async (opened: Opened, ready: Promise<unknown>): Promise<void> => {
  opened.ended = true
  // Nothing of it is kept, so it need not shut down cleanly; on systems other than Linux it is asked to.
  if (opened.profile !== undefined) killBrowserOf(opened.profile)
  if (opened.context !== undefined) await within(CLOSE_MS, opened.context.close())
  const started = ready.then(ignore, ignore)
  for (let done = false; !done; ) {
    if (opened.profile !== undefined) killBrowserOf(opened.profile)
    done = await Promise.race([started.then(() => true), sleep(KILL_EVERY_MS, false)])
  }
  await opened.context?.close().catch(ignore)
  await opened.proxy?.[Symbol.asyncDispose]()
  if (opened.onExit !== undefined) process.off('exit', opened.onExit)
  if (opened.profile !== undefined) await removeProfile(opened.profile)
}

const ignore = (): void => undefined

/** Playwright's report of a failed start is long; the browser's own words come first. */
const firstLines = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error)
  const own = text.split('\n').filter((line) => /\[err\]|error|sandbox|not found|cannot/i.test(line) && !line.includes('unexpected operator'))
  return (own.length > 0 ? own : text.split('\n')).slice(0, 3).join(' ').slice(0, 400)
}

/** The JavaScript heap of one page; exceeding it ends the page, not the worker. */
const PAGE_HEAP_MB = 512

/** Besides Playwright's own: nothing leaves the browser except through the proxy, and nothing is fetched that no page requested. */
const CHROMIUM_FLAGS: readonly string[] = [
  // Loopback goes through the proxy, too.
  '--proxy-bypass-list=<-loopback>',
  // Only the proxy resolves names.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  '--disable-quic',
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--dns-prefetch-disable',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-pings',
  '--no-first-run',
  '--disable-gpu',
  '--disable-breakpad',
  '--mute-audio',
  `--js-flags=--max-old-space-size=${PAGE_HEAP_MB}`,
]
