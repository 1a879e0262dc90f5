import type { ConnectorLog } from '../../context.js'
import { toNetworkFailure } from '../translate-error.js'
import type { Exchange } from './exchange.js'

/** One exchange on the wire, for metrics; a redirect makes two. */
export interface HttpEvent {
  readonly method: string
  readonly host: string
  /** Null when there was no response; `reason` then says why. */
  readonly status: number | null
  readonly reason: string | null
  /** Until the headers arrived. */
  readonly durationMs: number
}

/** Reports every exchange to the callback and, at debug level, to the log. Host only, because paths and queries may contain secrets. */
export const observeExchange =
  (exchange: Exchange, { onRequest, log }: { readonly onRequest?: (event: HttpEvent) => void; readonly log?: ConnectorLog }): Exchange =>
  async (hop, signal) => {
    if (onRequest === undefined && log === undefined) return exchange(hop, signal)
    const startedAt = performance.now()
    const report = (status: number | null, reason: string | null) => {
      const event = { method: hop.method, host: hop.url.host, status, reason, durationMs: performance.now() - startedAt }
      onRequest?.(event)
      log?.debug(event, 'http request')
    }
    try {
      const message = await exchange(hop, signal)
      report(message.statusCode ?? 0, null)
      return message
    } catch (error) {
      report(null, toNetworkFailure(signal.aborted ? signal.reason : error, hop.method).reason)
      throw error
    }
  }
