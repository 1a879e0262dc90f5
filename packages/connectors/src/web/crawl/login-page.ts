import { type Caveat, Failure } from '@inlet/connector-sdk'
import type { HtmlPage } from '../../parsing/html/read-html.js'
import type { Frontier, Visit } from './frontier.js'

const LOGIN_WORDS = /\b(?:log|sign)[\s_-]?(?:in|on)\b|\bauth|\bsso\b|\bsession\b|\bpassword\b|\banmeld/i
/** Stricter, because nothing but the address is known: /authors is none. */
const LOGIN_ADDRESS = /\b(?:log|sign)[_-]?(?:in|on)\b|\bo?auth2?\b|\bauth(?:enticate|entication|orize)\b|\bsso\b|\bsaml2?\b|\banmeld/i
/** A page with more text than this is not just a login form. */
const MAX_TEXT = 3_000
/** A start address may well be a front page that contains a form among other things. */
const MAX_START_TEXT = 600
/** From so many redirects on, an address whose path says so counts as a login page even if scripts write its form. */
const MANY_REDIRECTS = 3
/** Bounds what is remembered to be counted. */
const MAX_REMEMBERED = 10_000

const pathOf = (url: string): string => url.slice(url.indexOf('/', 8))
/** Login pages get the address to return to as a parameter. */
const bareOf = (url: string): string => url.split(/[?#]/u, 1)[0] ?? url

/** Whether a page is little more than a form to log in with. Pure. */
export const isLoginForm = (url: string, page: HtmlPage): boolean =>
  page.hasPassword && page.markdown.length <= MAX_TEXT && LOGIN_WORDS.test(`${page.title ?? ''} ${pathOf(url)} ${page.markdown.slice(0, 500)}`)

/** Whether an address names a login page. Pure. */
export const namesLogin = (url: string): boolean => LOGIN_ADDRESS.test(bareOf(url))

/**
 * Throws AUTH_FAILED if a start address or a stored page now shows a login form, because a session or a credential is missing or has expired.
 * Reading on would replace the whole site with its login page.
 */
export const refuseLogin = (visit: Pick<Visit, 'url' | 'start' | 'stored' | 'movedFrom'>, page: HtmlPage): void => {
  if (looksLikeLogin(visit, page)) throw loginRequired(`${visit.movedFrom ?? visit.url} shows a login page (${visit.url})`)
}

/** The failure for a site that wants its readers to log in. */
export const loginRequired = (message: string): Failure =>
  new Failure('AUTH_FAILED', message, {
    next: 'Put the credentials or the session cookie of a user into the environment, then `inlet sources update {source} --secret <name>=env:<VARIABLE>` (PATCH /v1/sources/{id}); or correct its start address.',
  })

const looksLikeLogin = (visit: Parameters<typeof refuseLogin>[0], page: HtmlPage): boolean => {
  if (!isLoginForm(visit.url, page)) return false
  const wasContent = visit.stored !== undefined && visit.stored.p === undefined
  if (!visit.start && visit.movedFrom === undefined && !wasContent) return false
  if (visit.movedFrom === undefined && visit.stored?.p !== undefined) return false
  return !(visit.start && visit.movedFrom === undefined && !wasContent && page.markdown.length > MAX_START_TEXT)
}

type Address = readonly [url: string, depth: number]

/** What a crawl remembers to find out how much of a site is behind a login. */
export interface LoginTally {
  /** Login pages, with their depth. */
  readonly pages: Map<string, number>
  /** Which addresses redirected to an address, without its parameters. */
  readonly redirects: Map<string, Address[]>
  /** How many redirects are remembered. */
  redirected: number
}

interface Crawled {
  readonly logins: LoginTally
  readonly frontier: Pick<Frontier, 'stateOf'>
}

export const createLoginTally = (): LoginTally => ({ pages: new Map(), redirects: new Map(), redirected: 0 })

export const noteLogin = ({ logins }: Pick<Crawled, 'logins'>, { url, depth }: Pick<Visit, 'url' | 'depth'>): void => {
  if (logins.pages.size < MAX_REMEMBERED) logins.pages.set(url, depth)
}

export const noteRedirect = ({ logins }: Pick<Crawled, 'logins'>, { url, depth }: Pick<Visit, 'url' | 'depth'>, target: string): void => {
  if (logins.redirected >= MAX_REMEMBERED) return
  logins.redirected++
  const bare = bareOf(target)
  const from = logins.redirects.get(bare)
  if (from === undefined) logins.redirects.set(bare, [[url, depth]])
  else from.push([url, depth])
}

/** Returns the login pages and the addresses that redirect to them, by the address of the login without parameters. */
const behindLogins = ({ logins }: Pick<Crawled, 'logins'>): Map<string, { readonly pages: Address[]; readonly from: readonly Address[] }> => {
  const found = new Map<string, { readonly pages: Address[]; readonly from: readonly Address[] }>()
  for (const page of logins.pages) {
    const bare = bareOf(page[0])
    const known = found.get(bare)
    if (known === undefined) found.set(bare, { pages: [page], from: logins.redirects.get(bare) ?? [] })
    else known.pages.push(page)
  }
  for (const [bare, from] of logins.redirects)
    if (!found.has(bare) && from.length >= MANY_REDIRECTS && namesLogin(bare)) found.set(bare, { pages: [], from })
  return found
}

/** Reports how many addresses of a site lead to a login page; nothing for the one that most sites have. */
export const loginCaveat = (state: Crawled & { readonly pages: number }): Caveat & { readonly of: number } => {
  const { logins, frontier, pages } = state
  const times = [...behindLogins(state)].map(([bare, found]) => ({ bare, count: Math.max(found.pages.length, found.from.length) }))
  const count = times.reduce((sum, each) => sum + each.count, 0)
  if (count < 2) return { kind: 'LOGIN_REQUIRED', count: 0, of: pages }
  const others = pages - [...logins.pages.keys()].filter((url) => frontier.stateOf(url) === 'page').length
  const [most] = times.sort((a, b) => b.count - a.count)
  return { kind: 'LOGIN_REQUIRED', count, of: count + others, example: most?.bare ?? '' }
}

/** Returns the addresses behind a login that have no record: nothing else leads to them while the pages that link to them are unchanged. */
export const addressesBehindLogin = (state: Crawled): readonly Address[] =>
  [...behindLogins(state).values()].flatMap(({ pages, from }) => [...from, ...pages.filter(([url]) => state.frontier.stateOf(url) !== 'page')])
