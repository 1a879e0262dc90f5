import { Failure, parseHttpUrl } from '@inlet/connector-sdk'
import { z } from 'zod'
import { checkSiteAccess, type SiteSecrets, siteHeaders } from '../site/site-access.js'

const globs = (what: string) => z.array(z.string().min(1).max(500)).max(100).default([]).describe(what)

const browserSettings = z
  .strictObject({
    waitFor: z
      .union([
        z.enum(['networkidle', 'load']),
        z.strictObject({ selector: z.string().min(1).max(500).describe('A CSS selector; a page on which nothing matches in time fails.') }),
        z.strictObject({ ms: z.int().min(0).max(60_000).describe('Milliseconds after the document was parsed.') }),
      ])
      .default('networkidle')
      .describe(
        'When a page is finished: nothing was loaded for half a second, all was loaded (both at most 10 s), an element is there, or a time has passed.',
      ),
    scroll: z.int().min(0).max(100).default(0).describe('Screens to scroll down, for pages that load more as one scrolls.'),
    block: z
      .array(z.enum(['image', 'media', 'font']))
      .max(3)
      .default(['image', 'media', 'font'])
      .describe('Kinds of content that are not loaded.'),
    viewport: z
      .strictObject({
        width: z.int().min(320).max(3_840).describe('Width in pixels.'),
        height: z.int().min(240).max(4_320).describe('Height in pixels.'),
      })
      .default({ width: 1_280, height: 800 })
      .describe('The window, in pixels.'),
    maxBytes: z
      .int()
      .min(65_536)
      .max(1_073_741_824)
      .default(33_554_432)
      .describe('Maximum size of everything a page loads besides its document; a page beyond it is left out and counted.'),
  })
  .describe('Only with render `browser`.')

/** Settings of a crawled site. */
export const webConfig = z.strictObject({
  startUrls: z
    .array(z.string().min(1).max(8_192))
    .min(1)
    .max(100)
    .describe('Where the crawl begins. Only pages with the same scheme, host and port are read, and those a start address itself redirects to.'),
  sitemap: z
    .union([z.enum(['auto', 'off']), z.array(z.string().min(1).max(8_192)).min(1).max(50)])
    .default('auto')
    .describe('`auto` reads the sitemaps named in robots.txt, otherwise /sitemap.xml; or a list of addresses; or `off`.'),
  include: globs('Pages to read, as globs over the path or, when they contain ://, the whole address, e.g. /docs/**. All when empty.'),
  exclude: globs('Pages not to read; overrides include. Start addresses are always read.'),
  maxDepth: z.int().min(0).max(100).default(20).describe('How many links away from a start address; pages of a sitemap count as 1.'),
  maxPages: z.int().min(1).max(200_000).default(10_000).describe('Maximum number of pages read in a run.'),
  concurrency: z.int().min(1).max(64).default(4).describe('Requests at the same time per host.'),
  delayMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(100)
    .describe('Minimum time between the starts of two requests to a host, in milliseconds. A longer Crawl-delay takes precedence.'),
  robots: z.enum(['obey', 'ignore']).default('obey').describe('Whether robots.txt is obeyed (RFC 9309). Ignore it only for sites of your own.'),
  robotsMeta: z.enum(['obey', 'ignore']).default('obey').describe('Whether noindex and nofollow of pages and links are obeyed.'),
  userAgent: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[\x20-\x7e]+$/)
    .default('InletBot/1.0')
    .describe('Sent with every request; the part before the slash is matched with robots.txt.'),
  headers: siteHeaders,
  canonical: z.enum(['follow', 'ignore']).default('follow').describe('Whether rel=canonical decides which address a page is stored under.'),
  dropTrackingParams: z.boolean().default(true).describe('Whether parameters such as utm_source are removed from addresses.'),
  dedupe: z.boolean().default(true).describe('Whether a page with the content of another one is left out.'),
  sitemapLastmod: z
    .boolean()
    .default(false)
    .describe(
      'Whether a page is taken as unchanged, without asking, when its lastmod in the sitemap has not changed. Only for sites that keep it right.',
    ),
  links: z.enum(['inline', 'text']).default('inline').describe('How links appear in the Markdown: with their absolute address, or as text only.'),
  maxPageBytes: z.int().min(1_024).max(67_108_864).default(5_242_880).describe('Pages larger than this when decompressed are left out and counted.'),
  timeoutMs: z.int().min(1_000).max(120_000).default(30_000).describe('Timeout of one request with its body, in milliseconds.'),
  retries: z.int().min(0).max(5).default(3).describe('How often a page is tried again after a temporary failure.'),
  pdf: z.boolean().default(true).describe('Whether PDF files are read too, as text.'),
  render: z
    .enum(['http', 'browser'])
    .default('http')
    .describe('`http`: pages as the server sends them. `browser`: after their scripts have run in Chromium, which is far slower.'),
  hashRoutes: z
    .boolean()
    .default(false)
    .describe('Whether addresses that differ in a fragment beginning with #/ or #! are separate pages. Only with render `browser`.'),
  browser: browserSettings.prefault({}),
})

export type WebConfig = z.infer<typeof webConfig>

/**
 * Checks what the schema cannot express. Throws INVALID_URL, URL_SCHEME_NOT_ALLOWED,
 * URL_CREDENTIALS_NOT_ALLOWED and VALIDATION_FAILED with the field.
 */
export const validateWeb = (config: WebConfig, secrets: SiteSecrets): void => {
  for (const [index, url] of config.startUrls.entries()) parseHttpUrl(url, { field: `config.startUrls.${index}`, what: 'the address' })
  if (typeof config.sitemap !== 'string')
    for (const [index, url] of config.sitemap.entries()) parseHttpUrl(url, { field: `config.sitemap.${index}`, what: 'the address' })
  if (config.hashRoutes && config.render !== 'browser')
    throw invalid('hashRoutes without a browser', 'config.hashRoutes', 'Fragments are never sent to the server: set render to "browser".')
  checkSiteAccess(config.headers, secrets)
}

const invalid = (message: string, field: string, next: string): Failure => new Failure('VALIDATION_FAILED', message, { field, next })
