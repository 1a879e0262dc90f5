const TRACKING =
  /^(?:utm_[a-z_]+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|mc_cid|mc_eid|_hsenc|_hsmi|mkt_tok|oly_anon_id|oly_enc_id|vero_id|wickedid)$/i
const SESSION = /;jsessionid=[^/?#]*/i

/** Which parts of a URL distinguish pages. */
export interface AddressForm {
  readonly dropTrackingParams: boolean
  /** Fragments starting with `#/` or `#!` identify pages, which the site's scripts display; default no. */
  readonly hashRoutes?: boolean
}

const HASH_ROUTE = /^#!?\/[^#]|^#![^/]/

/**
 * Normalizes a URL to the form that identifies a page: no fragment (except routes, if enabled), no default port, no credentials, dot segments and
 * percent escapes as the URL standard writes them, escapes in upper case, no empty query, no session id in the path.
 * Null for anything but http and https. The order of parameters is kept, since it may matter.
 */
export const normalizeUrl = (address: string, form: AddressForm): string | null => {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return null
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null
  if (url.hash !== '' && !(form.hashRoutes === true && HASH_ROUTE.test(url.hash))) url.hash = ''
  if (url.username !== '' || url.password !== '') url.username = url.password = ''
  if (url.pathname.includes(';')) url.pathname = url.pathname.replace(SESSION, '')
  if (form.dropTrackingParams && url.search !== '') {
    const params = url.search
      .slice(1)
      .split('&')
      .filter((pair) => pair !== '' && !TRACKING.test(pair.split('=', 1)[0] ?? ''))
    url.search = params.join('&')
  }
  const href = url.href.endsWith('#') ? url.href.slice(0, -1) : url.href
  const plain = href.endsWith('?') ? href.slice(0, -1) : href
  return plain.includes('%') ? plain.replace(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase()) : plain
}

/** Returns scheme, host and port of a normalized URL. */
export const originOf = (url: string): string => {
  const end = url.indexOf('/', 8)
  return end < 0 ? url : url.slice(0, end)
}
