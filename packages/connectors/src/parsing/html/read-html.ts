import { setImmediate } from 'node:timers/promises'
import { Parser } from 'htmlparser2'
import type { HeadInfo } from './head-collector.js'
import { type HandlerOptions, HtmlHandler, NestedTooDeep } from './html-handler.js'

/** The result of one pass over an HTML page. */
export interface HtmlPage extends HeadInfo {
  /** The main content without navigation, with absolute links. */
  readonly markdown: string
  readonly language?: string
  /** Absolute URLs without fragments that the page links to, without duplicates, navigation included. */
  readonly links: readonly string[]
  /** URLs left out of `links` because they are marked nofollow. */
  readonly nofollowLinks?: readonly string[]
  /** Whether navigation stayed in the text, because little else would be left. */
  readonly keptBoilerplate?: boolean
  readonly hasPassword: boolean
  /** The page was nested too deeply and only its beginning was read. */
  readonly truncated: boolean
}

/** How much is parsed before yielding to other work: about 2 ms. */
const SLICE_CHARS = 65_536

/**
 * Reads a page in one pass: Markdown, links, title and metadata. Large pages are parsed in slices and yield to the event
 * loop in between, so that no page blocks it for long. A page of nothing but navigation is read again with it.
 */
export const readHtml = async (html: string, options: Omit<HandlerOptions, 'prune'>): Promise<HtmlPage> => {
  const page = await parse(html, { ...options, prune: true })
  return page.markdown === '' && html.length > 0 ? parse(html, { ...options, prune: false }) : page
}

/** Converts a piece of HTML to Markdown, e.g. the content of a feed entry: all of it, treating nothing as navigation. */
export const readFragment = async (html: string, url: string): Promise<string> =>
  (await parse(html, { url, prune: false, inlineLinks: true, obeyNofollow: false })).markdown

/** Whether a page follows the rules of XML, where `<script/>` is closed. */
export const isXhtml = (contentType: string, text: string): boolean =>
  contentType === 'application/xhtml+xml' || /^\s*<\?xml\s/.test(text.slice(0, 200))

const parse = async (html: string, options: HandlerOptions): Promise<HtmlPage> => {
  const handler = new HtmlHandler(options)
  const parser = new Parser(handler, options.xml === true ? { recognizeSelfClosing: true, recognizeCDATA: true } : {})
  let truncated = false
  try {
    for (let at = 0; at < html.length; at += SLICE_CHARS) {
      if (at > 0) await setImmediate()
      parser.write(html.length <= SLICE_CHARS ? html : html.slice(at, at + SLICE_CHARS))
    }
    parser.end()
  } catch (error) {
    if (!(error instanceof NestedTooDeep)) throw error
    truncated = true
  }
  const { markdown, keptBoilerplate } = handler.finish()
  const { canonical, refresh, ...head } = handler.head.finish(handler.title, handler.firstHeading)
  const canonicalUrl = canonical === undefined ? '' : handler.resolve(canonical)
  const refreshUrl = refresh === undefined ? '' : handler.resolve(refresh.url)
  return {
    ...head,
    ...(canonicalUrl === '' ? {} : { canonical: canonicalUrl }),
    ...(refresh === undefined || refreshUrl === '' ? {} : { refresh: { url: refreshUrl, seconds: refresh.seconds } }),
    ...(handler.language === undefined ? {} : { language: handler.language }),
    markdown,
    ...(keptBoilerplate ? { keptBoilerplate } : {}),
    links: [...handler.links],
    ...(handler.nofollowLinks.size === 0 ? {} : { nofollowLinks: [...handler.nofollowLinks] }),
    hasPassword: handler.hasPassword,
    truncated,
  }
}
