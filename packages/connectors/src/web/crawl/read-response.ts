import { Failure, type HttpResponse, type RenderedPage } from '@inlet/connector-sdk'
import { type DecodedText, decodeText } from '../../parsing/html/decode.js'
import { type HtmlPage, isXhtml, readHtml } from '../../parsing/html/read-html.js'
import { readText } from '../../parsing/html/read-text.js'
import { withPageHeaders } from '../page/page-headers.js'
import { isUnreadable, readPdfPage } from '../page/read-pdf-page.js'
import type { CrawlTools } from './crawl-tools.js'
import type { Visit } from './frontier.js'
import { NotRendered, type Outcome } from './outcome.js'

type Format = 'html' | 'text' | 'markdown' | 'pdf'

/** A missing type counts as HTML, as in browsers. */
const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['', 'html'],
  ['text/html', 'html'],
  ['application/xhtml+xml', 'html'],
  ['text/plain', 'text'],
  ['text/markdown', 'markdown'],
  ['text/x-markdown', 'markdown'],
  ['application/pdf', 'pdf'],
  ['application/x-pdf', 'pdf'],
])

/** Turns a successful response into a page, in the browser if the settings say so. */
export const readResponse = async (tools: CrawlTools, { url }: Pick<Visit, 'url'>, response: HttpResponse): Promise<Outcome> => {
  const { headers, status } = response
  const contentType = headers['content-type'] ?? ''
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const format = FORMATS.get(type)
  if (format === undefined || (format === 'pdf' && !tools.config.pdf) || status === 204 || status === 205) {
    response.discard()
    return { kind: 'skipped', why: 'content_type' }
  }
  const body = await response.bytes()
  const rendered = format === 'html' ? await render(tools, { url, headers, body }) : undefined
  if (rendered !== undefined && 'redirectedTo' in rendered) return { kind: 'redirect', to: rendered.redirectedTo }
  const decoded = rendered === undefined && format !== 'pdf' ? decodeText(body, contentType) : undefined
  const page = await toPage({ tools, url, format, body, type, text: rendered?.html ?? decoded?.text ?? '' })
  if (page === null) return { kind: 'skipped', why: 'unreadable' }
  return {
    kind: 'page',
    page: withPageHeaders(page, url, headers),
    contentType: type,
    ...(decoded === undefined ? {} : { decoded: toChosen(decoded) }),
    // The server's validators describe its document, not what scripts make of it.
    ...(headers['etag'] === undefined || rendered !== undefined ? {} : { etag: headers['etag'] }),
    ...(headers['last-modified'] === undefined || rendered !== undefined ? {} : { lastModified: headers['last-modified'] }),
  }
}

const render = async (
  { rendering, signal }: CrawlTools,
  document: { readonly url: string; readonly headers: HttpResponse['headers']; readonly body: Buffer },
): Promise<RenderedPage | undefined> => {
  if (rendering === undefined) return undefined
  try {
    return await rendering.render(document, signal)
  } catch (error) {
    if (!(error instanceof Failure) || (error.reason !== 'TIMEOUT' && error.reason !== 'PAGE_NOT_RENDERED')) throw error
    throw new NotRendered(error.reason, error.message, { cause: error })
  }
}

/** Without the text, which is large. */
const toChosen = ({ charset, certainty, damaged }: DecodedText): Omit<DecodedText, 'text'> => ({ charset, certainty, damaged })

interface Answer {
  readonly tools: CrawlTools
  readonly url: string
  readonly format: Format
  readonly body: Buffer
  readonly type: string
  /** The document, as scripts left it if the browser ran; empty for a PDF. */
  readonly text: string
}

/** Returns null for a PDF that cannot be read. */
const toPage = async ({ tools, url, format, body, type, text }: Answer): Promise<HtmlPage | null> => {
  const { config, processes, signal } = tools
  if (format === 'pdf') {
    try {
      return await readPdfPage(body, { url, processes, signal })
    } catch (error) {
      if (!isUnreadable(error)) throw error
      tools.log.warn({ url, reason: error.reason }, `a PDF cannot be read: ${error.message}`)
      return null
    }
  }
  if (format !== 'html') return readText(text, { url, markdown: format === 'markdown' })
  const { links, robotsMeta, hashRoutes } = config
  return readHtml(text, { url, inlineLinks: links === 'inline', obeyNofollow: robotsMeta === 'obey', hashRoutes, xml: isXhtml(type, text) })
}
