import { isIP } from 'node:net'
import { domainToASCII, domainToUnicode } from 'node:url'
import { isUrl } from '@inlet/domain'

/**
 * Returns a host in one comparable form: lower case, IDNA, no trailing dot, no brackets, and every spelling of an IPv4 address
 * (decimal, octal, hexadecimal, short, full-width) as dotted decimals. Null if it cannot be a host.
 */
export const canonicalHost = (host: string): string | null => {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  if (bare === '' || /[\s/?#@\\]/.test(bare)) return null
  const url = isIP(bare) === 6 ? `http://[${bare}]/` : `http://${bare}/`
  if (!isUrl(url)) return null
  const parsed = new URL(url)
  // "host:80" would lose its port here while "host:81" would keep it; neither is a host.
  if (isIP(bare) !== 6 && bare.includes(':')) return null
  const found = stripHost(parsed.hostname)
  return isPossibleHost(found) ? found : null
}

/**
 * Whether the name could exist in DNS, or is an IP address: labels of 1 to 63 letters, digits, hyphens or underscores, 253 characters in total,
 * and only decodable international ones. @param host without brackets or trailing dot, in lower case
 */
export const isPossibleHost = (host: string): boolean => {
  if (isIP(host) !== 0) return true
  if (host.length > 253) return false
  return host.split('.').every((label) => /^[a-z0-9_-]{1,63}$/.test(label) && (!label.startsWith('xn--') || isPunycode(label)))
}

const isPunycode = (label: string): boolean => {
  const text = domainToUnicode(label)
  return text !== '' && !text.startsWith('xn--') && domainToASCII(text) === label
}

/** Returns the host of a parsed URL without brackets or trailing dot. */
export const stripHost = (hostname: string): string => {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  return bare.endsWith('.') ? bare.slice(0, -1) : bare
}

/** Whether RFC 6761 reserves the name for loopback. */
export const isLocalhost = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost')
