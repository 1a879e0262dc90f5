import { isIP } from 'node:net'
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
  return stripHost(parsed.hostname)
}

/** The host of a parsed URL without brackets and trailing dot. */
export const stripHost = (hostname: string): string => {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  return bare.endsWith('.') ? bare.slice(0, -1) : bare
}

/** Whether RFC 6761 reserves the name for loopback. */
export const isLocalhost = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost')
