import type { EgressGuard } from '../net/egress-guard.js'

/** An HTML document as it was fetched, with scripts to run. */
export interface FetchedDocument {
  /** May have a fragment, e.g. a client-side route. */
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
  /** Kinds of resources not to load. */
  readonly block: readonly ('image' | 'media' | 'font')[]
  /** Headers for requests to these origins only. */
  readonly headers: { readonly origins: readonly string[]; readonly values: Readonly<Record<string, string>> }
  /** When the page counts as finished. A selector that never appears is a failure; the other conditions are waited for only for a while. */
  readonly waitFor: 'load' | 'networkidle' | { readonly selector: string } | { readonly ms: number }
  /** Number of screens to scroll before the page is captured. */
  readonly scroll: number
  /** For one page in total. */
  readonly timeoutMs: number
  /** For everything a page loads. */
  readonly maxBytes: number
  /** For the finished document. */
  readonly maxHtmlBytes: number
}

/** The finished document, or the URL that the page's scripts navigated to instead. */
export type RenderedPage = { readonly html: string } | { readonly redirectedTo: string }

/** The pages of one source; cookies, storage and cache are isolated from those of other sources. The caller disposes it, which ends what is open. */
export interface RenderSession extends AsyncDisposable {
  /**
   * Runs the scripts of a document; waits for its turn when all pages are busy. Throws TIMEOUT, RESPONSE_TOO_LARGE, PAGE_NOT_RENDERED (e.g. when
   * the browser crashed twice), BROWSER_NOT_INSTALLED, BROWSER_UNUSABLE, or the reason of the signal.
   */
  render(document: FetchedDocument, signal: AbortSignal): Promise<RenderedPage>
}

/** Runs the scripts of pages in this process's browser. */
export interface PageRenderer {
  /** Resolves if there is a browser to start. Throws BROWSER_NOT_INSTALLED. */
  check(): Promise<void>
  /** Opens a session; starts nothing yet. */
  open(settings: RenderSettings): RenderSession
}
