/** Resolves the links of one page against its URL or `<base>`, each distinct one once. */
export interface LinkResolver {
  /** Returns the absolute http(s) URL, with its fragment; empty if there is none or it has another scheme. */
  resolve(href: string): string
  setBase(href: string): void
}

const MAX_LENGTH = 8_192

export const createLinkResolver = (pageUrl: string): LinkResolver => {
  let base = pageUrl
  const resolved = new Map<string, string>()
  const resolveBare = (bare: string): string => {
    let url = resolved.get(bare)
    if (url === undefined) resolved.set(bare, (url = parseHttp(bare, base)))
    return url
  }
  return {
    resolve(href) {
      if (href.length > MAX_LENGTH) return ''
      const text = href.trim()
      const hash = text.indexOf('#')
      if (hash < 0) return resolveBare(text)
      const url = resolveBare(text.slice(0, hash))
      return url === '' ? '' : url + text.slice(hash)
    },
    setBase(href) {
      base = parseHttp(href, pageUrl) || base
      resolved.clear()
    },
  }
}

const parseHttp = (href: string, base: string): string => {
  try {
    const url = new URL(href, base)
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return ''
    url.hash = ''
    return url.href
  } catch {
    return ''
  }
}
