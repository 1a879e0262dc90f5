import { createHash } from 'node:crypto'
import { Failure, hasUnstorableText, type PushedRequest, type Receipt, readPath } from '@inlet/connector-sdk'
import { type ParsedBody, parseBody } from './body/parse-body.js'
import type { WebhookConfig, WebhookSecrets } from './config.js'
import { describeEvent } from './events/describe-event.js'
import { sameStripeEvent } from './events/describe-stripe.js'
import { toText, valueOf } from './events/field-reader.js'
import { isOneOf } from './verify/compare.js'
import { refused, verifySender } from './verify/verify-sender.js'

type Request = PushedRequest<WebhookConfig, WebhookSecrets>

const MAX_NAME = 200
/** Headers that say how to read the body later. */
const KEPT = [
  'content-type',
  'user-agent',
  'webhook-id',
  'webhook-timestamp',
  'svix-id',
  'svix-timestamp',
  'x-github-event',
  'x-github-delivery',
  'x-slack-request-timestamp',
  'x-slack-retry-num',
]

/** Verifies a sender's request: who sent it, whether it can be read, and which event it is. */
export const receiveWebhook = (request: Request): Receipt => {
  if (request.method === 'GET') return answerHubChallenge(request)
  verifySender(request)
  const { config, headers } = request
  const { signature, paths } = config
  const body = parseBody(request.body, headers['content-type'], config.body)
  const challenge = challengeOf(request, body)
  if (challenge !== null) return challenge
  const facts = describeEvent(signature, { headers, body })
  const id = toText(valueOf(paths, 'id', { headers, body })) ?? facts.id
  const sameAs = signature.scheme === 'stripe' ? sameStripeEvent(body) : undefined
  return {
    kind: 'event',
    eventId: id === undefined ? `sha256:${createHash('sha256').update(request.body).digest('hex')}` : shorten(id),
    eventType: nameOf(toText(valueOf(paths, 'type', { headers, body })) ?? facts.type),
    headers: keep(request),
    ...(sameAs === undefined ? {} : { sameAs }),
    ...(signature.scheme === 'slack' ? { silent: true } : {}),
  }
}

/** Slack verifies a new URL with url_verification, GitHub with ping; both signed. */
const challengeOf = ({ config, headers }: Request, body: ParsedBody): Receipt | null => {
  const value = body.kind === 'fields' ? body.value : null
  if (config.signature.scheme === 'slack' && readPath(value, 'type') === 'url_verification')
    return { kind: 'reply', contentType: 'text/plain; charset=utf-8', body: toText(readPath(value, 'challenge'))?.slice(0, 1_000) ?? '' }
  if (config.signature.scheme === 'github' && headers['x-github-event'] === 'ping')
    return { kind: 'reply', contentType: 'application/json; charset=utf-8', body: '{"status":"pong"}' }
  return null
}

/** Meta's verification of a new URL: https://developers.facebook.com/docs/graph-api/webhooks/getting-started */
const answerHubChallenge = ({ query, secrets }: Request): Receipt => {
  if (secrets.verifyToken === undefined) throw new Failure('METHOD_NOT_ALLOWED', 'this source accepts events by POST only')
  if (query['hub.mode'] !== 'subscribe' || !isOneOf(query['hub.verify_token'] ?? '', [secrets.verifyToken]))
    throw refused('hub.verify_token is not the one of this source')
  return { kind: 'reply', contentType: 'text/plain; charset=utf-8', body: (query['hub.challenge'] ?? '').slice(0, 1_000) }
}

const keep = ({ config, headers }: Request): Readonly<Record<string, string>> => {
  const named = Object.values(config.paths).flatMap((path) =>
    path?.startsWith('header:') === true ? [path.slice('header:'.length).toLowerCase()] : [],
  )
  const { signature } = config
  const idHeader = 'idHeader' in signature && signature.idHeader !== undefined ? [signature.idHeader.toLowerCase()] : []
  const entries = [...new Set([...KEPT, ...named, ...idHeader])].flatMap((name) => {
    const value = headers[name]
    return value === undefined ? [] : [[name, value.slice(0, 2_000)] as const]
  })
  return Object.fromEntries(entries)
}

const isStorable = (text: string): boolean => !hasUnstorableText(JSON.stringify(text))

/** Returns an id as it is, or its hash when it is long or contains what cannot be stored. */
const shorten = (id: string): string => (id.length <= MAX_NAME && isStorable(id) ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`)

const nameOf = (type: string | undefined): string | null => (type === undefined || !isStorable(type) ? null : type.slice(0, MAX_NAME).toWellFormed())
