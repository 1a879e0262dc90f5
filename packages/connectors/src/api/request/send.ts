import { setTimeout as delay } from 'node:timers/promises'
import { type Auth, Failure, type HttpRequest, type HttpResponse, readHttpFailure, toFailure } from '@inlet/connector-sdk'
import { decideRetry } from './decide-retry.js'

/** A response whose status is below 400, or one that the caller expects. */
export interface Answer {
  readonly status: number
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Undefined if there is no content. */
  readonly body: unknown
}

export interface SendParts {
  readonly auth: Auth
  /** How many requests a minute the settings allow; absent: this request does not wait for its turn. */
  readonly perMinute?: number | undefined
  readonly retries: number
  readonly now: () => Date
  readonly signal: AbortSignal
  /** Whether a status of 400 or above is a valid response here rather than a failure. */
  readonly isResponse: (status: number) => boolean
}

/** Sends a read-only request, retrying while that is worthwhile, and returns its JSON. Throws the failure of the last attempt. */
export const send = async (request: HttpRequest, parts: SendParts): Promise<Answer> => {
  for (let attempt = 0; ; attempt++) {
    try {
      return await sendOnce(request, parts)
    } catch (error) {
      const next = decideRetry(toFailure(error), { attempt, retries: parts.retries, random: Math.random() })
      if (next instanceof Failure) throw next
      await wait(next, parts.signal)
    }
  }
}

const sendOnce = async (request: HttpRequest, { auth, now, signal, isResponse, perMinute }: SendParts): Promise<Answer> => {
  const response = await auth.send({ ...request, signal, ...(perMinute === undefined ? {} : { perMinute }) })
  const { status, url, headers } = response
  if (status >= 300 && !isResponse(status)) {
    if (status >= 400) throw await readHttpFailure(response, now())
    response.discard()
    throw new Failure('UPSTREAM_INVALID', `the API answered with status ${status}`)
  }
  return { status, url, headers, body: await readJson(response) }
}

const readJson = async (response: HttpResponse): Promise<unknown> => {
  if (response.status < 300 && response.status !== 204) return await response.json()
  response.discard()
  return undefined
}

type Wait = (ms: number, signal: AbortSignal) => Promise<void>

/** Waits, or throws CANCELLED as soon as the signal aborts. */
const wait: Wait = async (ms, signal) => {
  try {
    await delay(ms, undefined, { signal })
  } catch (cause) {
    throw new Failure('CANCELLED', 'the read was cancelled', { cause })
  }
}
