import type { CheckedAddress, EgressGuard } from '../../net/egress-guard.js'

/** A guard that remembers every address it gave out. */
export const createRecordingGuard = (guard: EgressGuard): { readonly guard: EgressGuard; readonly reached: readonly CheckedAddress[] } => {
  const reached: CheckedAddress[] = []
  const resolveAll = guard.resolveAll?.bind(guard)
  return {
    reached,
    guard: {
      checkUrl: (url) => guard.checkUrl(url),
      checkHost: (host, port) => guard.checkHost(host, port),
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
