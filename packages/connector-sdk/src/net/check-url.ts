import { isIP } from 'node:net'
import { Failure } from '@inlet/domain'
import { nonGlobalClass } from './address-class.js'
import type { AllowList } from './allow-list.js'
import { canonicalHost, isLocalhost, stripHost } from './host-name.js'
import { parseHttpUrl } from './parse-http-url.js'

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

/** The port a URL connects to. */
export const urlPort = (url: URL): number => (url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 0) : Number(url.port))

/** See `EgressGuard.checkUrl`. */
export const checkUrl = (text: string, allow: AllowList): URL => {
  const url = parseHttpUrl(text)
  const host = stripHost(url.hostname)
  const port = urlPort(url)
  checkLiteral(host, port, allow)
  if (port !== 80 && port !== 443 && !allow.allowsHost(host, port)) {
    throw new Failure('URL_PORT_NOT_ALLOWED', `port ${port} of ${host} is not allowed`)
  }
  return url
}

/** See `EgressGuard.checkHost`. */
export const checkHost = (text: string, port: number, allow: AllowList): string => {
  const host = canonicalHost(text)
  if (host === null)
    throw new Failure('INVALID_URL', 'the host name cannot be read, or no such host can exist', { next: 'Write a host name or an IP address.' })
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Failure('URL_PORT_NOT_ALLOWED', `${port} is not a port`, { next: 'Use a port from 1 to 65535.' })
  }
  checkLiteral(host, port, allow)
  return host
}

const checkLiteral = (host: string, port: number, allow: AllowList): void => {
  const found = isLocalhost(host) ? 'loopback' : isIP(host) === 0 ? null : nonGlobalClass(host)
  if (found !== null && !allow.allowsHost(host, port)) {
    throw new Failure('URL_BLOCKED_ADDRESS', `${host}:${port} is not reachable from here: the address is ${found}`)
  }
}
