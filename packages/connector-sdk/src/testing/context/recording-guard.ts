import { isIP } from 'node:net'
import type { CheckedAddress, EgressGuard } from '../../net/egress-guard.js'

/** A guard that remembers every address it gave out. */
export const createRecordingGuard = (guard: EgressGuard): { readonly guard: EgressGuard; readonly reached: readonly CheckedAddress[] } => {
  const reached: CheckedAddress[] = []
  const resolveAll = guard.resolveAll?.bind(guard)
  return {
    reached,
    guard: {
      checkUrl: (url) => guard.checkUrl(url),
      checkHost: (host, port) => {
        guard.checkHost(host, port)
        // A literal address is connected to without a further lookup.
        const address = host.replaceAll(/^\[|\]$/g, '')
        const family = isIP(address)
        if (family !== 0) reached.push({ host: address, address, family: family === 6 ? 6 : 4, port })
      },
      async resolve(host, port, signal) {
        const checked = await guard.resolve(host, port, signal)
        reached.push(checked)
        return checked
      },
      ...(resolveAll === undefined
        ? {}
        : {
            async resolveAll(host, port, signal) {
              const checked = await resolveAll(host, port, signal)
              reached.push(...checked)
              return checked
            },
          }),
    },
  }
}
