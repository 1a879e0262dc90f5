import { setTimeout as sleep } from 'node:timers/promises'
import { type ConnectorContext, describeLocation, Failure, parseGrantedScopes, readHttpFailure, toFailure } from '@inlet/connector-sdk'
import { z } from 'zod'
import type { SlackConfig, SlackSecrets } from '../config.js'
import { DEFAULT_WAIT_MS, toSlackFailure } from './to-slack-failure.js'

export type Arguments = Readonly<Record<string, string | number | boolean | undefined>>

/** Slack's methods; https://docs.slack.dev/reference/methods. Throws what `toSlackFailure` returns for refusals, and what the HTTP client throws. */
export interface SlackApi {
  /** Calls a method and returns its response, checked against this shape. */
  call<T extends z.ZodType>(method: string, args: Arguments, shape: T, signal: AbortSignal): Promise<z.infer<T>>
  /** Returns the scopes of the token, by the last response; null before there is one. */
  granted(): readonly string[] | null
}

const BASE_MS = 500
const CAP_MS = 8_000
/** A longer wait parks the run. */
const MAX_WAIT_MS = 5_000
const MAX_BYTES = 64 * 1024 * 1024

const envelope = z.looseObject({ ok: z.boolean(), error: z.string().optional(), needed: z.string().optional() })

export const createSlackApi = (ctx: ConnectorContext<SlackConfig, SlackSecrets>): SlackApi => {
  const { config, secrets, http, now } = ctx
  const base = config.baseUrl.replace(/\/+$/, '')
  /** Slack's limits are per method: until when each one pauses, in ms. */
  const restUntil = new Map<string, number>()
  const token: { granted: readonly string[] | null } = { granted: null }

  const rest = (method: string, failure: Failure): Failure => {
    const waitMs = failure.retryAfterMs ?? DEFAULT_WAIT_MS
    restUntil.set(method, now().getTime() + waitMs)
    return new Failure('RATE_LIMITED', `${method}: the rate limit of Slack is reached`, { retryAfterMs: waitMs })
  }

  const once = async (method: string, args: Arguments, signal: AbortSignal): Promise<object> => {
    const waitMs = (restUntil.get(method) ?? 0) - now().getTime()
    if (waitMs > 0) throw new Failure('RATE_LIMITED', `${method}: Slack asked to wait`, { retryAfterMs: waitMs })
    const response = await http.request({
      url: `${base}/${method}`,
      method: 'POST',
      headers: {
        authorization: `Bearer ${secrets.token}`,
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        accept: 'application/json',
      },
      body: toForm(args),
      signal,
      timeoutMs: config.timeoutMs,
      maxBytes: MAX_BYTES,
      // Slack's methods never redirect; a proxy's login page does.
      maxRedirects: 0,
    })
    if (response.status !== 200) {
      if (response.status < 400) {
        response.discard()
        const { location } = response.headers
        const where = location === undefined ? '' : ` and redirects to ${describeLocation(location)}`
        throw new Failure('CONTENT_MISMATCH', `${method}: the server answers ${response.status} instead of Slack${where}`)
      }
      const failure = await readHttpFailure(response, now())
      throw failure.reason === 'RATE_LIMITED' ? rest(method, failure) : failure
    }
    token.granted = parseGrantedScopes(response.headers['x-oauth-scopes'])
    const answer = envelope.safeParse(await response.json())
    if (!answer.success) throw new Failure('UPSTREAM_INVALID', `${method}: the answer is not a response of Slack`)
    if (answer.data.ok) return answer.data
    const failure = toSlackFailure(method, answer.data)
    throw failure.reason === 'RATE_LIMITED' ? rest(method, failure) : failure
  }

  return {
    granted: () => token.granted,
    async call(method, args, shape, signal) {
      for (let attempt = 0; ; attempt++) {
        try {
          const parsed = shape.safeParse(await once(method, args, signal))
          if (parsed.success) return parsed.data
          const issue = parsed.error.issues[0]
          throw new Failure('UPSTREAM_INVALID', `${method}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not as documented'}`)
        } catch (thrown) {
          signal.throwIfAborted()
          const failure = toFailure(thrown)
          const waitMs = failure.retryAfterMs ?? Math.random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt)
          const passing = failure.code === 'transient' || failure.code === 'rate_limited'
          if (!passing || attempt >= config.retries || waitMs > MAX_WAIT_MS) throw thrown
          await sleep(waitMs, undefined, { signal })
        }
      }
    },
  }
}

const toForm = (args: Arguments): string => {
  const set = Object.entries(args).filter((entry): entry is [string, string | number | boolean] => entry[1] !== undefined)
  return new URLSearchParams(set.map(([name, value]): [string, string] => [name, String(value)])).toString()
}
