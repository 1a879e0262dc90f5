/** The cookies of one crawl (RFC 6265, as far as reading pages requires). Discarded with the crawl. */
export interface CookieJar {
  /** Returns the pairs for a request, except those that `own` already names, e.g. the session of the settings. Undefined if there are none. */
  headerFor(url: string, own: string | undefined): string | undefined
  /** Takes the Set-Cookie headers of a response, joined by commas. Returns whether anything changed. */
  take(url: string, setCookie: string | undefined): boolean
}

interface Cookie {
  readonly name: string
  readonly value: string
  readonly host: string
  /** Whether the cookie also goes to subdomains. */
  readonly wide: boolean
  readonly path: string
  readonly secure: boolean
  readonly expiresAt: number
}

const MAX_COOKIES = 200
const MAX_PAIR_CHARS = 4_096
const MAX_HEADER_CHARS = 8_192
/** A comma that begins the next cookie; one in a date is not followed by a name. */
const NEXT_COOKIE = /,(?=\s*[\w!#$%&'*+.^`|~-]+=)/

/** @param now in ms, for cookies that expire */
export const createCookieJar = (now: () => number): CookieJar => {
  const cookies = new Map<string, Cookie>()
  return {
    headerFor(url, own) {
      const target = new URL(url)
      const named = new Set((own ?? '').split(';').map((pair) => pair.split('=', 1)[0]?.trim()))
      const pairs = [...cookies.values()]
        .filter((cookie) => !named.has(cookie.name) && cookie.expiresAt > now() && isFor(cookie, target))
        .map(({ name, value }) => `${name}=${value}`)
      const header = [...(own === undefined ? [] : [own]), ...pairs].join('; ')
      return header === '' || header.length > MAX_HEADER_CHARS ? own : header
    },
    take(url, setCookie) {
      if (setCookie === undefined) return false
      let changed = false
      for (const line of setCookie.split(NEXT_COOKIE)) {
        const cookie = parseCookie(line, new URL(url), now())
        if (cookie === null) continue
        const key = `${cookie.host} ${cookie.path} ${cookie.name}`
        const before = cookies.get(key)
        const gone = cookie.expiresAt <= now()
        if (gone) changed ||= cookies.delete(key)
        else if (before !== undefined || cookies.size < MAX_COOKIES) {
          changed ||= before?.value !== cookie.value
          cookies.set(key, cookie)
        }
      }
      return changed
    },
  }
}

const isFor = ({ host, wide, path, secure }: Cookie, target: URL): boolean =>
  (target.hostname === host || (wide && target.hostname.endsWith(`.${host}`))) &&
  (target.pathname === path || target.pathname.startsWith(path.endsWith('/') ? path : `${path}/`)) &&
  (!secure || target.protocol === 'https:')

/** Returns null for what is no cookie, or is meant for another site. */
const parseCookie = (line: string, from: URL, now: number): Cookie | null => {
  const [pair = '', ...given] = line.split(';')
  const equals = pair.indexOf('=')
  if (equals <= 0 || pair.length > MAX_PAIR_CHARS || /[^\t\x20-\x7e\x80-\xff]/.test(pair)) return null
  const attributes = new Map(given.map((part) => [part.split('=', 1)[0]?.trim().toLowerCase(), part.slice(part.indexOf('=') + 1).trim()]))
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase()
  const wide = domain !== undefined && domain !== '' && domain !== from.hostname
  // A name without a dot is a top-level domain.
  if (wide && (!domain.includes('.') || !from.hostname.endsWith(`.${domain}`))) return null
  const path = attributes.get('path')
  return {
    name: pair.slice(0, equals).trim(),
    value: pair.slice(equals + 1).trim(),
    host: wide ? domain : from.hostname,
    wide: wide || domain === from.hostname,
    path: path?.startsWith('/') === true ? path : from.pathname.slice(0, Math.max(1, from.pathname.lastIndexOf('/'))),
    secure: attributes.has('secure'),
    expiresAt: expiryOf(attributes.get('max-age'), attributes.get('expires'), now),
  }
}

const expiryOf = (maxAge: string | undefined, expires: string | undefined, now: number): number => {
  if (maxAge !== undefined && /^-?\d{1,15}$/.test(maxAge)) return now + Number(maxAge) * 1_000
  const at = expires === undefined ? Number.NaN : Date.parse(expires)
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at
}
