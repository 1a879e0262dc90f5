import type { Page } from 'playwright'

/** What browsers must not report, and what must not reach them. */
export interface PageWatch {
  /** Watches a page from before its first address on. */
  attach(page: Page): Promise<void>
  /** Looks for secrets in what the page holds now: its document, address, storage and cookies that scripts can read. */
  inspect(page: Page): Promise<void>
  /** Errors and warnings on the console, exceptions, and violations of the content security policy. */
  readonly complaints: readonly string[]
  /** Where secrets were found. */
  readonly leaks: readonly string[]
}

/** Signing in sends the key: this is the only request that may have one. */
const SIGN_IN = '/v1/session'

const HELD = `JSON.stringify([document.documentElement.outerHTML, [...document.querySelectorAll('input, textarea')].map(({ value }) => value), location.href,
  { ...localStorage }, { ...sessionStorage }, document.cookie])`

/** Watches any number of pages for complaints and for the given secrets. */
export const createPageWatch = (secrets: readonly string[]): PageWatch => {
  const complaints: string[] = []
  const leaks: string[] = []
  const look = (text: string, place: string): void => {
    for (const [index, secret] of secrets.entries()) if (text.includes(secret)) leaks.push(`secret ${index + 1} in ${place}`)
  }
  return {
    complaints,
    leaks,
    async attach(page) {
      await page.exposeFunction('reportViolation', (text: string) => void complaints.push(`policy: ${text}`))
      await page.addInitScript(
        `document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => window.reportViolation(violatedDirective + ' ' + blockedURI))`,
      )
      page.on('pageerror', ({ message }) => complaints.push(`exception: ${message}`))
      page.on('console', (message) => {
        const { url } = message.location()
        // Browsers ask for it where a document names no icon, as the empty page.
        if (url.endsWith('/favicon.ico')) return
        if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()} ${url}`)
      })
      page.on('request', (request) => {
        look(request.url(), 'an address')
        if (new URL(request.url()).pathname !== SIGN_IN) look(request.postData() ?? '', `the request ${request.url()}`)
      })
      page.on('response', (response) => {
        if (!(response.headers()['content-type'] ?? '').includes('json')) return
        // What was left for another page has no body any more.
        void response.text().then(
          (text) => look(text, `the answer of ${response.url()}`),
          () => undefined,
        )
      })
    },
    async inspect(page) {
      look(await page.evaluate<string>(HELD), `the page ${new URL(page.url()).pathname}`)
    },
  }
}
