import type { EgressGuard } from '../net/egress-guard.js'

/** A document of HTML as it was fetched, whose scripts are to run. */
export interface FetchedDocument {
  /** May have a fragment, e.g. a route of the page's scripts. */
  readonly url: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface RenderSettings {
  /** Decides what the page may reach besides the document. */
  readonly guard: EgressGuard
  readonly userAgent: string
  /** In CSS pixels. */
  readonly viewport: { readonly width: number; readonly height: number }
  /** Kinds of resources that are not loaded. */
  readonly block: readonly ('image' | 'media' | 'font')[]
  /** Headers for requests to these origins only. */
  readonly headers: { readonly origins: readonly string[]; readonly values: Readonly<Record<string, string>> }
  /** When the page is taken as finished. A selector that never appears is a failure; the others are waited for a while. */
  readonly waitFor: 'load' | 'networkidle' | { readonly selector: string } | { readonly ms: number }
  /** Screens to scroll down before the page is taken. */
  readonly scroll: number
  /** For one page in all. */
  readonly timeoutMs: number
  /** Of everything that a page loads. */
  readonly maxBytes: number
  /** Of the finished document. */
  readonly maxHtmlBytes: number
}

/** The finished document, or the address that the page's scripts went to instead. */
export type RenderedPage = { readonly html: string } | { readonly redirectedTo: string }

/** The pages of one source: cookies, storage and cache are apart from those of others. The caller disposes, which ends what is open. */
export interface RenderSession extends AsyncDisposable {
  /**
   * Runs the scripts of a document; waits for its turn when all pages are busy. Throws TIMEOUT, RESPONSE_TOO_LARGE, PAGE_NOT_RENDERED (e.g. when
   * the browser crashed twice), BROWSER_NOT_INSTALLED, BROWSER_UNUSABLE, or the reason of the signal.
   */
  render(document: FetchedDocument, signal: AbortSignal): Promise<RenderedPage>
}

/** Runs the scripts of pages in the browser of this process. */
export interface PageRenderer {
  /** Resolves when there is a browser to start. Throws BROWSER_NOT_INSTALLED. */
  check(): Promise<void>
  /** Starts nothing yet. */
  open(settings: RenderSettings): RenderSession
}
