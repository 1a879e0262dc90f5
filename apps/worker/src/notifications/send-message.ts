import { type EgressGuard, type HttpClient, parseRetryAfter } from '@inlet/connector-sdk'
import { type DeliveryResult, type DueDelivery, toMessageId } from '@inlet/db'
import { hideUrl, nextTryMs, retryAsAsked, toFailure } from '@inlet/domain'
import type { SecretRegistry } from '@inlet/observability'
import { type Keyring, openSecrets, signMessage } from '@inlet/security'
import { toPagerDuty } from './kinds/pagerduty.js'
import { sendMail } from './kinds/send-mail.js'
import { toSlack } from './kinds/slack.js'
import { toTeams } from './kinds/teams.js'
import { parseMessage } from './message.js'
import { summarize } from './summarize.js'

export interface SendDeps {
  /** Reaches only what the egress guard permits. */
  readonly http: HttpClient
  readonly egress: EgressGuard
  readonly keyring: Keyring
  readonly secrets: SecretRegistry
}

const TIMEOUT_MS = 10_000
const REDACT_MS = 60_000
const MAX_ANSWER_BYTES = 65_536
/** The code with which a mail server accepts a mail. */
const MAIL_TAKEN = 250

/** The secrets of a target. */
interface Opened {
  readonly url: string
  readonly secret: string | null
  /** The previous signing secret, while it still signs too. */
  readonly previous: string | null
}

/** Sends a message once, in the format of its target's kind. */
export const sendMessage = async (deps: SendDeps, due: DueDelivery, signal: AbortSignal): Promise<DeliveryResult> => {
  const retryMs = nextTryMs(due.attempts, Math.random())
  let url = due.url
  try {
    const opened = open(deps, due)
    url = opened.url
    const { status, retryAfterMs, said } = await SENDERS[due.kind](deps, due, { ...opened, signal })
    if (status >= 200 && status < 300) return { delivered: true, status }
    // The receiver says that it is gone for good.
    if (status === 410) return { delivered: false, status, error: 'the receiver answers 410 Gone', retryMs: null }
    return {
      delivered: false,
      status,
      error: `the receiver answers ${status}${said === '' ? '' : `: ${hideUrl(said, url)}`}`,
      retryMs: retryAsAsked(status, retryMs, retryAfterMs),
    }
  } catch (error) {
    const { reason, message } = toFailure(error)
    return { delivered: false, status: null, error: hideUrl(`${reason}: ${message}`, url), retryMs }
  }
}

const open = (deps: SendDeps, due: DueDelivery): Opened => {
  const opened = openSecrets(deps.keyring, due.place, due.sealed)
  deps.secrets.add(opened, REDACT_MS)
  const text = (name: string): string | null => (typeof opened[name] === 'string' ? opened[name] : null)
  return { url: text('url') ?? due.url, secret: text('secret'), previous: due.signsPrevious ? text('previous') : null }
}

type Sender = (deps: SendDeps, due: DueDelivery, to: Opened & { readonly signal: AbortSignal }) => Promise<Answer>

interface Answer {
  readonly status: number
  /** How long the receiver asks to be left alone. */
  readonly retryAfterMs: number | undefined
  /** What it says about a refusal. */
  readonly said: string
}

const SENDERS: Readonly<Record<DueDelivery['kind'], Sender>> = {
  webhook: (deps, { id, body }, { url, secret, previous, signal }) => {
    const keys = [secret, previous].filter((key) => key !== null)
    return post(deps, { url, body, headers: signMessage({ id: toMessageId(id), at: Math.floor(Date.now() / 1_000), body }, keys), signal })
  },
  slack: (deps, { body }, { url, signal }) => post(deps, { url, body: JSON.stringify(toSlack(summarize(parseMessage(body)))), signal }),
  teams: (deps, { body }, { url, signal }) => post(deps, { url, body: JSON.stringify(toTeams(summarize(parseMessage(body)))), signal }),
  pagerduty: async (deps, { body }, { url, secret, signal }) => {
    let answer: Answer = { status: 202, retryAfterMs: undefined, said: '' }
    for (const event of toPagerDuty(parseMessage(body), secret ?? '')) {
      answer = await post(deps, { url, body: JSON.stringify(event), signal })
      if (answer.status >= 300) return answer
    }
    return answer
  },
  email: async (deps, { id, body, mail }, { url, secret, signal }) => {
    if (mail === null) throw new Error('the target has no addresses')
    await sendMail(deps.egress, { url, settings: mail, password: secret, messageId: toMessageId(id), summary: summarize(parseMessage(body)) }, signal)
    return { status: MAIL_TAKEN, retryAfterMs: undefined, said: '' }
  },
}

interface Post {
  readonly url: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** Posts a message. Redirects are not followed: a message goes to the configured address or nowhere. */
const post = async ({ http }: SendDeps, { url, body, headers = {}, signal }: Post): Promise<Answer> => {
  const response = await http.request({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
    maxRedirects: 0,
    signal,
  })
  const { status } = response
  const said = status < 400 ? '' : await response.explain()
  response.discard()
  return { status, retryAfterMs: parseRetryAfter(response.headers['retry-after'], new Date()), said }
}
