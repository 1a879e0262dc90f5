import { lookup as dnsLookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { Failure } from '@inlet/domain'
import { abortable } from '../abortable.js'
import { nonGlobalClass } from './address-class.js'
import { type AllowList, LOOPBACK, parseAllowList } from './allow-list.js'
import { checkHost, checkUrl } from './check-url.js'
import type { CheckedAddress, EgressGuard } from './egress-guard.js'
import { isLocalhost } from './host-name.js'

/** Returns all addresses of a name, in the order to try them. Rejects with a Node DNS error. */
export type HostLookup = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>

export interface EgressGuardOptions {
  /** What the operator permits besides public addresses (INLET_EGRESS_ALLOW); see {@link parseAllowList} for the syntax. */
  readonly allow: readonly string[]
  /** The resolver; by default that of the operating system. */
  readonly lookup?: HostLookup
}

/**
 * Creates the egress guard: http and https on ports 80 and 443 to global addresses, plus whatever the allow-list adds. A name is refused
 * if any of its addresses is not permitted, and the caller connects to the addresses that were checked, so that a
 * second DNS answer changes nothing. Failures name the class of a refused address, not the address. Throws
 * VALIDATION_FAILED for an allow-list that cannot be parsed. Holds nothing to close.
 */
export const createEgressGuard = (options: EgressGuardOptions): EgressGuard => {
  const allow = parseAllowList(options.allow)
  const lookup = options.lookup ?? ((host: string) => dnsLookup(host, { all: true, verbatim: true }))

  const resolveAll = async (name: string, port: number, signal?: AbortSignal): Promise<readonly [CheckedAddress, ...CheckedAddress[]]> => {
    const host = checkTarget(name, port, allow)
    const addresses = await findAddresses(host, { port, allow, lookup, ...(signal && { signal }) })
    const refused = allow.listsName(host, port) ? undefined : addresses.find((address) => !isPermitted(address, port, allow))
    if (refused !== undefined) {
      throw new Failure('EGRESS_BLOCKED', `${host}:${port} leads to a ${nonGlobalClass(refused) ?? 'refused'} address`)
    }
    const [first, ...rest] = addresses.map((address): CheckedAddress => ({ host, address, family: isIP(address) === 6 ? 6 : 4, port }))
    if (first === undefined) throw new Failure('DNS_FAILED', `${host} has no address`)
    return [first, ...rest]
  }

  return {
    checkUrl: (url) => checkUrl(url, allow),
    checkHost: (host, port) => {
      checkHost(host, port, allow)
    },
    resolve: async (host, port, signal) => (await resolveAll(host, port, signal))[0],
    resolveAll,
  }
}

const isPermitted = (address: string, port: number, allow: AllowList) => nonGlobalClass(address) === null || allow.allowsAddress(address, port)

/** At connection time a forbidden literal is a refused connection, not a faulty setting. */
const checkTarget = (name: string, port: number, allow: AllowList): string => {
  try {
    return checkHost(name, port, allow)
  } catch (error) {
    if (error instanceof Failure && error.reason === 'URL_BLOCKED_ADDRESS') throw new Failure('EGRESS_BLOCKED', error.message, { cause: error })
    throw error
  }
}

interface Lookup {
  readonly port: number
  readonly allow: AllowList
  readonly lookup: HostLookup
  readonly signal?: AbortSignal
}

const findAddresses = async (host: string, { port, allow, lookup, signal }: Lookup): Promise<readonly string[]> => {
  if (isIP(host) !== 0) return [host]
  // RFC 6761: never sent to a DNS server, which could return anything.
  if (isLocalhost(host)) return LOOPBACK.filter((address) => allow.allowsAddress(address, port) || allow.listsName(host, port))
  try {
    // The system resolver cannot be interrupted.
    return (await abortable(lookup(host), signal)).map((found) => found.address)
  } catch (error) {
    if (error instanceof Failure) throw error
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new Failure('DNS_FAILED', `the name ${host} does not resolve${code}`, { cause: error })
  }
}
