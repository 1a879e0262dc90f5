import { isIP } from 'node:net'
import { domainToASCII, domainToUnicode } from 'node:url'
import { isUrl } from '@inlet/domain'

/**
 * A host as one comparable form: lower case, IDNA, no trailing dot, no brackets, and every spelling of an IPv4 address
 * (decimal, octal, hexadecimal, short, full-width) as dotted decimals. Null when it cannot be a host.
 */
export const canonicalHost = (host: string): string | null => {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  if (bare === '' || /[\s/?#@\\]/.test(bare)) return null
  const url = isIP(bare) === 6 ? `http://[${bare}]/` : `http://${bare}/`
  if (!isUrl(url)) return null
  const parsed = new URL(url)
  // "host:80" would lose its port here and "host:81" keep it: neither is a host.
  if (isIP(bare) !== 6 && bare.includes(':')) return null
  const found = stripHost(parsed.hostname)
  return isPossibleHost(found) ? found : null
}

/**
 * Whether DNS could know the name, or it is an IP address: labels of 1 to 63 letters, digits, hyphens or underscores, 253 characters in all,
 * and international ones that can be read. @param host without brackets and trailing dot, in lower case
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

/** The host of a parsed URL without brackets and trailing dot. */
export const stripHost = (hostname: string): string => {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  return bare.endsWith('.') ? bare.slice(0, -1) : bare
}

/** Whether RFC 6761 reserves the name for loopback. */
export const isLocalhost = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost')
