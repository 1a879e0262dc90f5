import type { EgressGuard, EgressTarget } from '@inlet/connector-sdk'
import { Failure } from '@inlet/domain'
import { monotonicNow, withDeadline } from '@inlet/runtime'

/** Checks the addresses in settings before they are saved. */
export interface SaveGuard {
  /** Throws the guard's failure with the field, e.g. `config.url`; URL_BLOCKED_ADDRESS for a name that resolves to a private address. */
  check(targets: readonly EgressTarget[]): Promise<void>
}

/** A slow name server must not hold up a registration: the worker checks again before it connects. */
const LOOKUP_MS = 250
const REMEMBER_MS = 30_000
const MAX_REMEMBERED = 1_000

export const createSaveGuard = (guard: EgressGuard): SaveGuard => {
  const looked = new Map<string, { readonly at: number; readonly outcome: Promise<Failure | null> }>()

  const lookUp = (host: string, port: number): Promise<Failure | null> => {
    const key = `${host}:${port}`
    const known = looked.get(key)
    if (known !== undefined && monotonicNow() - known.at < REMEMBER_MS) return known.outcome
    if (looked.size >= MAX_REMEMBERED) looked.clear()
    const outcome = withDeadline(() => guard.resolve(host, port), LOOKUP_MS, 'looking up a host').then(
      () => null,
      (error: unknown) => (error instanceof Failure && error.reason === 'EGRESS_BLOCKED' ? error : null),
    )
    looked.set(key, { at: monotonicNow(), outcome })
    return outcome
  }

  const checkTarget = async (target: EgressTarget): Promise<void> => {
    const { host, port } = 'url' in target ? hostOf(guard.checkUrl(target.url)) : target
    if (!('url' in target)) guard.checkHost(host, port)
    const blocked = await lookUp(host, port)
    if (blocked !== null) throw new Failure('URL_BLOCKED_ADDRESS', blocked.message, { cause: blocked })
  }

  return {
    async check(targets) {
      for (const target of targets) {
        try {
          await checkTarget(target)
        } catch (error) {
          if (!(error instanceof Failure)) throw error
          throw new Failure(error.reason, error.message, { next: error.next, field: `config.${target.field.replace(/^config\./, '')}`, cause: error })
        }
      }
    },
  }
}

const hostOf = (url: URL): { readonly host: string; readonly port: number } => ({
  host: url.hostname.replace(/^\[|\]$/g, ''),
  port: url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port),
})
