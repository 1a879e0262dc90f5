import type { HttpClient } from '@inlet/connector-sdk'
import { type DeliveryResult, type DueDelivery, toMessageId } from '@inlet/db'
import { hideUrl, nextTryMs, toFailure } from '@inlet/domain'
import type { SecretRegistry } from '@inlet/observability'
import { type Keyring, openSecrets, signMessage } from '@inlet/security'

export interface SendDeps {
  /** Reaches only what the egress guard permits. */
  readonly http: HttpClient
  readonly keyring: Keyring
  readonly secrets: SecretRegistry
}

const TIMEOUT_MS = 10_000
const REDACT_MS = 60_000
const MAX_ANSWER_BYTES = 65_536

/** Sends a message once; any 2xx counts as taken. Redirects are not followed: what is signed goes to the address that was named, or nowhere. */
export const sendMessage = async (deps: SendDeps, due: DueDelivery, signal: AbortSignal): Promise<DeliveryResult> => {
  const retryMs = nextTryMs(due.attempts, Math.random())
  let url = due.url
  try {
    const opened = openSecrets(deps.keyring, due.place, due.sealed)
    deps.secrets.add(opened, REDACT_MS)
    if (typeof opened['url'] === 'string') url = opened['url']
    const keys = [opened['secret'], ...(due.signsPrevious ? [opened['previous']] : [])].filter((key) => typeof key === 'string')
    const signature = signMessage({ id: toMessageId(due.id), at: Math.floor(Date.now() / 1_000), body: due.body }, keys)
    const response = await deps.http.request({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signature },
      body: due.body,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
      maxRedirects: 0,
      signal,
    })
    const { status } = response
    response.discard()
    if (status >= 200 && status < 300) return { delivered: true, status }
    // The receiver says that it is gone for good.
    if (status === 410) return { delivered: false, status, error: 'the receiver answers 410 Gone', retryMs: null }
    return { delivered: false, status, error: `the receiver answers ${status}`, retryMs }
  } catch (error) {
    const { reason, message } = toFailure(error)
    return { delivered: false, status: null, error: hideUrl(`${reason}: ${message}`, url), retryMs }
  }
}
