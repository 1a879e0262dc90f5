import { type CheckedAddress, type EgressGuard, Failure } from '@inlet/connector-sdk'

const MAX_ADDRESSES = 4

interface Host {
  readonly host: string
  readonly port: number
  readonly egress: EgressGuard
  readonly toFailure: (thrown: unknown, attempt: { readonly doing: string; readonly connecting: true }) => Failure
}

/**
 * Logs in at the first address of a host that answers; the egress guard checks each one. Throws what `logIn` throws, as a failure
 * (UNREACHABLE only after the last address), or a failure of the guard.
 */
export const openAtAddress = async <O>(
  { host, port, egress, toFailure }: Host,
  signal: AbortSignal,
  logIn: (address: CheckedAddress) => Promise<O>,
): Promise<O> => {
  const addresses = egress.resolveAll ? await egress.resolveAll(host, port, signal) : [await egress.resolve(host, port, signal)]
  let last: Failure | undefined
  for (const address of addresses.slice(0, MAX_ADDRESSES)) {
    try {
      return await logIn(address)
    } catch (error) {
      signal.throwIfAborted()
      last = toFailure(error, { doing: `connecting to ${host}:${port}`, connecting: true })
      if (last.reason !== 'UNREACHABLE') break
    }
  }
  throw last ?? new Failure('UNREACHABLE', `${host} has no address`)
}
