import type { FetchedDocument, RenderSettings } from '@inlet/connector-sdk'
import type { CDPSession } from 'playwright-core'

/** How often a page may reload itself before it is stopped. */
const MAX_RELOADS = 3

/** Answers the browser's request for a document with what was fetched, and keeps the page from everything else it may not do. */
export interface DocumentInterceptor {
  /** Sets the next document of the page; what an earlier one still does is refused. */
  expect(document: FetchedDocument): void
  /** Where the page's scripts navigated instead, since `expect`. */
  readonly redirectedTo: string | undefined
  /** Resolves when they navigate elsewhere. */
  readonly redirected: Promise<void>
}

interface Paused {
  readonly requestId: string
  readonly frameId: string
  readonly resourceType: string
  readonly request: { readonly url: string; readonly method: string; readonly headers: Record<string, string> }
}

interface Expected {
  readonly document: FetchedDocument
  /** As the browser requests it. */
  readonly url: string
  loads: number
  redirectedTo?: string
  readonly redirected: Promise<void>
  readonly onRedirected: () => void
}

const BLOCKED: Readonly<Record<RenderSettings['block'][number], 'Image' | 'Media' | 'Font'>> = { image: 'Image', media: 'Media', font: 'Font' }

/** Pauses only the requests it decides about: a pattern for everything would disable the browser's cache. */
export const createDocumentInterceptor = async (
  cdp: CDPSession,
  settings: Pick<RenderSettings, 'block' | 'headers'>,
): Promise<DocumentInterceptor> => {
  const { frameTree } = await cdp.send('Page.getFrameTree')
  const blocked = settings.block.map((kind) => BLOCKED[kind])
  const own = Object.entries(settings.headers.values).flatMap(([name, value]) => (name === 'cookie' ? [] : [{ name, value }]))
  const trusted = new Set(own.length === 0 ? [] : settings.headers.origins)
  let expected: Expected | undefined

  const toHeaders = ({ url, headers }: Paused['request']): { name: string; value: string }[] | undefined => {
    if (!trusted.has(new URL(url).origin)) return undefined
    const names = new Set(own.map(({ name }) => name.toLowerCase()))
    const forwarded = Object.entries(headers).flatMap(([name, value]) => (names.has(name.toLowerCase()) ? [] : [{ name, value }]))
    return [...forwarded, ...own]
  }
  const pass = ({ requestId, request }: Paused): Promise<unknown> => {
    const headers = toHeaders(request)
    return cdp.send('Fetch.continueRequest', { requestId, ...(headers === undefined ? {} : { headers }) })
  }
  const refuse = ({ requestId }: Paused): Promise<unknown> => cdp.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' })

  const onDocument = (paused: Paused): Promise<unknown> => {
    if (expected === undefined) return refuse(paused)
    if (paused.request.url !== expected.url) {
      expected.redirectedTo ??= paused.request.url
      expected.onRedirected()
      return cdp.send('Fetch.failRequest', { requestId: paused.requestId, errorReason: 'Aborted' })
    }
    if (++expected.loads > MAX_RELOADS) return refuse(paused)
    if (expected.loads > 1) return pass(paused)
    const { headers, body } = expected.document
    return cdp.send('Fetch.fulfillRequest', {
      requestId: paused.requestId,
      responseCode: 200,
      responseHeaders: toResponseHeaders(headers),
      body: body.toString('base64'),
    })
  }
  const decide = (paused: Paused): Promise<unknown> => {
    if (paused.resourceType === 'Document' && paused.frameId === frameTree.frame.id) return onDocument(paused)
    return blocked.some((type) => type === paused.resourceType) ? refuse(paused) : pass(paused)
  }

  // A request may be gone before it is answered.
  cdp.on('Fetch.requestPaused', (paused) => void decide(paused).catch(() => undefined))
  await cdp.send('Fetch.enable', {
    patterns: [
      { urlPattern: '*', resourceType: 'Document' },
      ...blocked.map((resourceType) => ({ urlPattern: '*', resourceType })),
      ...[...trusted].map((origin) => ({ urlPattern: `${origin}/*` })),
    ],
  })
  return {
    expect(document) {
      let onRedirected = (): void => undefined
      const redirected = new Promise<void>((resolve) => (onRedirected = resolve))
      const url = new URL(document.url)
      url.hash = ''
      expected = { document, url: url.href, loads: 0, redirected, onRedirected }
    },
    get redirectedTo() {
      return expected?.redirectedTo
    },
    get redirected() {
      return expected?.redirected ?? Promise.resolve()
    },
  }
}

/** Headers that describe the body as it was sent, or would make the browser save it instead of showing it. */
const DROPPED = new Set(['content-encoding', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'content-disposition', 'alt-svc'])

/** Returns the headers of a response as the browser takes them. Cookies that were joined by commas are split again. */
const toResponseHeaders = (headers: Readonly<Record<string, string>>): { readonly name: string; readonly value: string }[] =>
  Object.entries(headers).flatMap(([name, value]) => {
    if (DROPPED.has(name)) return []
    return name === 'set-cookie' ? splitCookies(value).map((cookie) => ({ name, value: cookie })) : [{ name, value }]
  })

/** A comma ends a cookie only if a name and an equals sign follow, since dates contain commas, too. */
const splitCookies = (value: string): string[] => value.split(/,\s{0,5}(?=[^\s;,=]{1,200}=)/)
