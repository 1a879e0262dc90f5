import { execFileSync } from 'node:child_process'
import type { Page } from '@inlet/connector-sdk'
import { createRecordStore, createTestContext, type RecordStore } from '@inlet/connector-sdk/testing'
import { type ClosablePageRenderer, createPageRenderer, type PageRendererOptions } from '../../rendering/create-page-renderer.js'
import web from '../index.js'
import type { TestSite } from './test-site.js'

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** Creates a renderer with the browser of the tests, as `options` say. The caller disposes it. */
export const createTestRenderer = (options: Partial<PageRendererOptions> = {}): ClosablePageRenderer => createPageRenderer({ log, ...options })

/** Keeps a renderer's browser, which is slow to start, between sessions. */
export const keepBrowser = (renderer: ClosablePageRenderer): AsyncDisposable =>
  renderer.open({
    guard: { checkUrl: (url) => new URL(url), checkHost: () => undefined, resolve: () => Promise.reject(new Error('not used')) },
    userAgent: 'Test',
    viewport: { width: 800, height: 600 },
    block: [],
    headers: { origins: [], values: {} },
    waitFor: 'load',
    scroll: 0,
    timeoutMs: 10_000,
    maxBytes: 1_000_000,
    maxHtmlBytes: 1_000_000,
  })

interface Options {
  readonly renderer: ClosablePageRenderer
  readonly store?: RecordStore
  readonly secrets?: object
  readonly allow?: readonly string[]
  readonly signal?: AbortSignal
}

/** Reads a site in the browser as the worker does. Keys of `texts` are URLs without the site. */
export const readInBrowser = async (site: TestSite, config: object, options: Options) => {
  const { store = createRecordStore(), renderer, secrets = {}, signal = new AbortController().signal } = options
  const full = { startUrls: [`${site.url}/`], delayMs: 0, retries: 0, sitemap: 'off', robots: 'ignore', render: 'browser', ...config }
  await using ctx = await createTestContext({ connector: web, config: full, secrets, allow: options.allow ?? [site.host], store, renderer })
  await using connection = await web.connect(ctx)
  const [spec] = await web.streams(connection, signal)
  if (spec === undefined) throw new Error('no stream')
  const run = store.beginRun(spec)
  const pages: Page[] = []
  for await (const page of web.read(connection, { stream: 'pages', cursor: store.cursor('pages'), signal })) {
    pages.push(page)
    run.apply(page)
  }
  const bare = (key: unknown): string => String(key).replace(site.url, '')
  return {
    texts: Object.fromEntries(pages.flatMap((page) => page.records.map((record) => [bare(record.key), record.text ?? '']))),
    unchanged: pages.flatMap((page) => (page.unchanged ?? []).map(bare)).sort(),
    swept: pages.some((page) => page.sweep !== undefined),
    note: pages.at(-1)?.progress?.note ?? '',
    log: ctx.logLines,
  }
}

const processes = (): { readonly pid: number; readonly args: string }[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((row) => {
      const [, pid, stat, args] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(row) ?? []
      return pid === undefined || stat === undefined || stat.startsWith('Z') ? [] : [{ pid: Number(pid), args: args ?? '' }]
    })

/** Returns the browser processes that the process with this id has started. */
export const browserProcesses = (owner = process.pid): readonly number[] =>
  processes().flatMap(({ pid, args }) => (args.includes(`inlet-chromium-${owner}-`) ? [pid] : []))

/** Returns the main process of this process's browser. */
export const browserPid = (): number => {
  // Debian's headless shell is started by a shell script, which waits for it.
  const found = processes().findLast(({ args }) => args.includes(`inlet-chromium-${process.pid}-`) && !args.includes('--type='))
  if (found === undefined) throw new Error('no browser runs')
  return found.pid
}
