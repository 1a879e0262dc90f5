import { BlockList, isIPv4, isIPv6 } from 'node:net'

/**
 * Returns why an address is not part of the public internet, in words for people, or null if it is global. IPv4 addresses inside
 * IPv6 ones (mapped `::ffff:0:0/96`, NAT64 `64:ff9b::/96`) are classified as the IPv4 address; 6to4, Teredo and IPv4-compatible
 * forms are refused outright, since nothing public is served there; in IPv6 only global unicast (2000::/3) is public at all. Addresses at which
 * clouds serve their machines are refused too, though some look public. So is anything that is no IP address.
 * Source: the IANA special-purpose address registries.
 */
export const nonGlobalClass = (ip: string): string | null => {
  const address = unmapAddress(ip)
  if (isIPv4(address)) return RANGES_V4.find((range) => range.list.check(address, 'ipv4'))?.label ?? null
  if (!isIPv6(address)) return 'not an IP address'
  const special = RANGES_V6.find((range) => range.list.check(address, 'ipv6'))?.label
  return special ?? (GLOBAL_UNICAST.check(address, 'ipv6') ? null : 'reserved')
}

/** Whether an IP address is part of the public internet; false for anything that is no IP address. */
export const isGlobalAddress = (ip: string): boolean => nonGlobalClass(ip) === null

/** Returns the IPv4 address inside a mapped or NAT64 address; otherwise the IPv6 address in full hexadecimal form, without a zone. */
export const unmapAddress = (ip: string): string => {
  if (isIPv4(ip)) return ip
  const groups = ipv6Groups(ip)
  if (groups === null) return ip
  const head = groups.slice(0, 6).join(':')
  const embedded = head === '0:0:0:0:0:ffff' || head === '64:ff9b:0:0:0:0'
  return embedded ? toIpv4(groups[6] ?? '0', groups[7] ?? '0') : groups.join(':')
}

const toIpv4 = (high: string, low: string): string => {
  const bits = (Number.parseInt(high, 16) << 16) | Number.parseInt(low, 16)
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.')
}

/** Returns the eight groups in lower-case hexadecimal without leading zeros. */
const ipv6Groups = (ip: string): string[] | null => {
  const address = ip.split('%', 1)[0] ?? ''
  if (!isIPv6(address)) return null
  // The URL parser canonicalizes: dotted tails become hexadecimal, leading zeros disappear.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [left = '', right] = canonical.split('::')
  const leftGroups = left === '' ? [] : left.split(':')
  if (right === undefined) return leftGroups
  const rightGroups = right === '' ? [] : right.split(':')
  return [...leftGroups, ...Array.from({ length: 8 - leftGroups.length - rightGroups.length }, () => '0'), ...rightGroups]
}

const ranges = (family: 'ipv4' | 'ipv6', rows: readonly (readonly [subnet: string, label: string])[]) =>
  rows.map(([subnet, label]) => {
    const list = new BlockList()
    const [network = '', prefix] = subnet.split('/')
    list.addSubnet(network, Number(prefix), family)
    return { label, list }
  })

const RANGES_V4 = ranges('ipv4', [
  ['0.0.0.0/8', 'unspecified'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'carrier-grade NAT'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'],
  ['192.31.196.0/24', 'special-purpose'],
  ['192.52.193.0/24', 'special-purpose'],
  ['192.88.99.0/24', '6to4 relay'],
  ['192.168.0.0/16', 'private'],
  ['192.175.48.0/24', 'special-purpose'],
  // Services of Azure itself and of IBM Cloud.
  ['168.63.129.16/32', 'cloud platform'],
  ['161.26.0.0/16', 'cloud platform'],
  ['166.8.0.0/14', 'cloud platform'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
])

/** RFC 4291, 2.4: everything else has another purpose or none yet. */
const GLOBAL_UNICAST = new BlockList()
GLOBAL_UNICAST.addSubnet('2000::', 3, 'ipv6')

const RANGES_V6 = ranges('ipv6', [
  ['::1/128', 'loopback'],
  ['::/96', 'unspecified or IPv4-compatible'],
  ['64:ff9b:1::/48', 'local NAT64'],
  ['100::/64', 'discard'],
  ['100:0:0:1::/64', 'reserved'],
  ['2001::/32', 'Teredo'],
  ['2001::/23', 'reserved'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4'],
  ['2620:4f:8000::/48', 'special-purpose'],
  ['3ffe::/16', 'reserved'],
  ['3fff::/20', 'documentation'],
  ['5f00::/16', 'segment routing'],
  ['fc00::/7', 'private'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'site-local'],
  ['ff00::/8', 'multicast'],
])
