import { BlockList, isIP } from 'node:net'
import { Failure } from '@inlet/domain'
import { unmapAddress } from './address-class.js'
import { canonicalHost, isLocalhost } from './host-name.js'

/** What the operator permits besides public addresses on ports 80 and 443. */
export interface AllowList {
  /** Whether this exact name is listed for this port, so that it may resolve to anything. */
  listsName(host: string, port: number): boolean
  /** Whether a connection to the name or literal address is allowed or, for `localhost`, to one of the addresses it stands for. */
  allowsHost(host: string, port: number): boolean
  /** Whether a resolved address is listed for this port. */
  allowsAddress(address: string, port: number): boolean
}

/**
 * Parses entries such as `10.0.0.0/8`, `192.168.1.5`, `192.168.1.5:8080`, `[fd00::1]:5432`, `db.internal`, `db.internal:5432`.
 * An entry with a port allows only that port, one without allows every port; `localhost` stands for both loopback addresses.
 * Throws VALIDATION_FAILED for an entry it cannot parse.
 */
export const parseAllowList = (entries: readonly string[]): AllowList => {
  const hosts = new Map<string, Set<number> | 'any'>()
  const subnets = new BlockList()
  const add = (host: string, port: number | null) => {
    const known = hosts.get(host)
    if (port === null || known === 'any') hosts.set(host, 'any')
    else hosts.set(host, (known ?? new Set<number>()).add(port))
  }
  for (const raw of entries) {
    const entry = raw.trim()
    if (entry === '') continue
    if (entry.includes('/')) addSubnet(subnets, entry)
    else {
      const { host, port } = parseEntry(entry)
      add(host, port)
      if (host === 'localhost') for (const address of LOOPBACK) add(unmapAddress(address), port)
    }
  }
  const listed = (host: string, port: number) => {
    const ports = hosts.get(host)
    return ports === 'any' || ports?.has(port) === true
  }
  const allowsAddress = (address: string, port: number) => {
    const plain = unmapAddress(address)
    return listed(plain, port) || subnets.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
  }
  const allowsHost = (host: string, port: number) => {
    if (isIP(host) !== 0) return allowsAddress(host, port)
    return listed(host, port) || (isLocalhost(host) && LOOPBACK.some((address) => allowsAddress(address, port)))
  }
  return { listsName: listed, allowsHost, allowsAddress }
}

/** What `localhost` means, in order of preference. */
export const LOOPBACK = ['127.0.0.1', '::1'] as const

const parseEntry = (entry: string): { host: string; port: number | null } => {
  const match = isIP(entry) === 6 ? [entry, entry, undefined] : /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(entry)
  const host = canonicalHost(match?.[1] ?? '')
  const port = match?.[2] === undefined ? null : Number(match[2])
  if (host === null || (port !== null && (port < 1 || port > 65_535))) throw badEntry(entry)
  return { host: isIP(host) === 0 ? host : unmapAddress(host), port }
}

const addSubnet = (subnets: BlockList, entry: string): void => {
  const [network = '', prefix = '', ...rest] = entry.split('/')
  const family = isIP(network)
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
  if (rest.length > 0 || family === 0 || !(bits <= (family === 4 ? 32 : 128))) throw badEntry(entry)
  subnets.addSubnet(network, bits, family === 4 ? 'ipv4' : 'ipv6')
}

const badEntry = (entry: string) =>
  new Failure('VALIDATION_FAILED', `the egress allow-list cannot read "${entry}"`, {
    next: 'Write an IP address, a CIDR range, a host name, or one of them with a port, e.g. 10.0.0.0/8 or db.internal:5432.',
  })
