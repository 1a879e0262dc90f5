import { createHmac } from 'node:crypto'
import { Failure, type PushedRequest, type Receipt } from '@inlet/connector-sdk'
import { sign as signGithub } from '@octokit/webhooks-methods'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { type WebhookConfig, webhookConfig, webhookSecrets } from './config.js'
import { receiveWebhook } from './receive.js'

const NOW = new Date('2026-03-01T12:00:00Z')
const SECONDS = NOW.getTime() / 1_000
const SECRET = 'a secret of the sender'
const OLD_SECRET = 'the secret before it'
const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

interface Sending {
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly secrets?: object
  readonly method?: 'GET' | 'POST'
  readonly query?: Readonly<Record<string, string>>
}

const request = (
  config: object,
  { body = '{}', headers = {}, secrets, method = 'POST', query = {} }: Sending,
): PushedRequest<WebhookConfig, never> => ({
  config: webhookConfig.parse(config),
  secrets: webhookSecrets.parse({ signingSecret: SECRET, ...secrets }) as never,
  method,
  query,
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(body),
  now: NOW,
})

const receive = (config: object, sending: Sending): Receipt | string => {
  try {
    return receiveWebhook(request(config, sending))
  } catch (error) {
    return error instanceof Failure ? error.reason : String(error)
  }
}

interface HmacForm {
  readonly key?: string
  readonly algorithm?: string
  readonly encoding?: 'hex' | 'base64'
}

const hmac = (text: string, { key = SECRET, algorithm = 'sha256', encoding = 'hex' }: HmacForm = {}): string =>
  createHmac(algorithm, key).update(text).digest(encoding)

const standard = (body: string, at = NOW, secret = WHSEC): Readonly<Record<string, string>> => ({
  'webhook-id': 'msg_1',
  'webhook-timestamp': String(at.getTime() / 1_000),
  'webhook-signature': new Webhook(secret).sign('msg_1', at, body),
})
const slack = (body: string, seconds = SECONDS, key = SECRET): Readonly<Record<string, string>> => ({
  'x-slack-request-timestamp': String(seconds),
  'x-slack-signature': `v0=${hmac(`v0:${seconds}:${body}`, { key })}`,
})
const stripe = (body: string, seconds = SECONDS, key = SECRET): Readonly<Record<string, string>> => ({
  'stripe-signature': `t=${seconds},v1=${hmac(`${seconds}.${body}`, { key })},v0=00`,
})
const github = async (body: string, key = SECRET): Promise<Readonly<Record<string, string>>> => ({
  'x-github-event': 'issues',
  'x-github-delivery': 'd-1',
  'x-hub-signature-256': await signGithub(key, body),
})

const STANDARD = { signature: { scheme: 'standard' } }
const GITHUB = { signature: { scheme: 'github' } }
const SLACK = { signature: { scheme: 'slack' } }
const STRIPE = { signature: { scheme: 'stripe' } }
const BODY = '{"type":"made","n":12345678901234567890}'

describe('the sender', () => {
  it('accepts Standard Webhooks as their own library signs', () => {
    const secrets = { signingSecret: WHSEC }
    expect(receive(STANDARD, { body: BODY, headers: standard(BODY), secrets })).toMatchObject({ eventId: 'msg_1', eventType: 'made' })
    expect(
      receive(STANDARD, {
        body: BODY,
        headers: { ...standard(BODY), 'webhook-signature': `v1,AAAA ${standard(BODY)['webhook-signature']}` },
        secrets,
      }),
    ).toMatchObject({ kind: 'event' })
    expect(receive(STANDARD, { body: BODY, headers: { ...standard(BODY), 'webhook-id': 'msg_2' }, secrets })).toBe('SIGNATURE_INVALID')
  })
  it.each(['webhook', 'svix'])('accepts Standard Webhooks under the names %s-…, and no mixture of them', (names) => {
    const body = '{"type":"user.created"}'
    const headers = (of: string, ...also: string[]) => ({
      [`${of}-id`]: 'msg_1',
      [`${of}-timestamp`]: String(SECONDS),
      [`${names}-signature`]: new Webhook(WHSEC).sign('msg_1', NOW, body),
      ...Object.fromEntries(also.map((name) => [name, 'x'])),
    })
    const config = { signature: { scheme: 'standard' } }
    const secrets = { signingSecret: WHSEC }
    expect(receive(config, { body, headers: headers(names), secrets })).toMatchObject({ eventId: 'msg_1', eventType: 'user.created' })
    expect(receive(config, { body, headers: headers(names === 'svix' ? 'webhook' : 'svix'), secrets })).toBe('SIGNATURE_INVALID')
    expect(receive(config, { body: `${body} `, headers: headers(names), secrets })).toBe('SIGNATURE_INVALID')
  })

  it('accepts GitHub as Octokit signs, and the example of its documentation', async () => {
    expect(receive(GITHUB, { body: BODY, headers: await github(BODY) })).toMatchObject({ eventId: 'd-1', eventType: 'issues' })
    const documented = { 'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' }
    const text = { signature: { scheme: 'hmac', header: 'X-Hub-Signature-256', prefix: 'sha256=' }, body: 'text' }
    expect(receive(text, { body: 'Hello, World!', headers: documented, secrets: { signingSecret: "It's a Secret to Everybody" } })).toMatchObject({
      kind: 'event',
    })
  })
  it('accepts the example of Slack', () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    }
    const pushed = request(SLACK, { body, headers, secrets: { signingSecret: '8f742231b10e8888abcd99yyyzzz85a5' } })
    expect(receiveWebhook({ ...pushed, now: new Date(1_531_420_618_000) })).toMatchObject({ eventType: 'slash_command', silent: true })
  })
  it('accepts Stripe, and distinguishes its repetitions from other events', () => {
    const body = '{"id":"evt_1","type":"charge.failed","pending_webhooks":2}'
    const again = '{"id":"evt_1","type":"charge.failed","pending_webhooks":1}'
    const receipt = receive(STRIPE, { body, headers: stripe(body) })
    expect(receipt).toMatchObject({ eventId: 'evt_1', eventType: 'charge.failed' })
    expect(receive(STRIPE, { body: again, headers: stripe(again) })).toEqual(receipt)
  })
  it.each([
    [{ header: 'X-Sig' }, (b: string) => ({ 'x-sig': hmac(b) })],
    [
      { header: 'X-Sig', algorithm: 'sha512', encoding: 'base64' },
      (b: string) => ({ 'x-sig': hmac(b, { algorithm: 'sha512', encoding: 'base64' }) }),
    ],
    [{ header: 'X-Sig', prefix: 'v=' }, (b: string) => ({ 'x-sig': `v=${'0'.repeat(64)}, v=${hmac(b)}` })],
    [
      { header: 'X-Sig', template: '{id}:{timestamp}:{body}', timestampHeader: 'X-At', idHeader: 'X-Id' },
      (b: string) => ({ 'x-sig': hmac(`7:${NOW.toISOString()}:${b}`), 'x-at': NOW.toISOString(), 'x-id': '7' }),
    ],
  ])('accepts a generic HMAC: %j', (spec, sign) => {
    const config = { signature: { scheme: 'hmac', ...spec } }
    expect(receive(config, { body: BODY, headers: sign(BODY) })).toMatchObject({ kind: 'event' })
    expect(receive(config, { body: `${BODY} `, headers: sign(BODY) })).toBe('SIGNATURE_INVALID')
    expect(receive(config, { body: BODY })).toBe('SIGNATURE_INVALID')
  })
  it('accepts tokens and passwords', () => {
    const token = { signature: { scheme: 'token' } }
    expect(receive(token, { headers: { authorization: `bearer ${SECRET}` } })).toMatchObject({ kind: 'event' })
    expect(receive(token, { headers: { authorization: `Bearer ${SECRET}x` } })).toBe('SIGNATURE_INVALID')
    expect(
      receive({ signature: { scheme: 'token', header: 'X-Gitlab-Token', prefix: '' } }, { headers: { 'x-gitlab-token': SECRET } }),
    ).toMatchObject({ kind: 'event' })
    const basic = (pair: string) =>
      receive(
        { signature: { scheme: 'basic' } },
        { headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, secrets: { username: 'me' } },
      )
    expect(basic(`me:${SECRET}`)).toMatchObject({ kind: 'event' })
    expect([basic('me:wrong'), basic(`you:${SECRET}`), basic('')]).toEqual(Array(3).fill('SIGNATURE_INVALID'))
  })
  it.each([
    ['none', {}],
    ['empty', { 'x-hub-signature-256': '' }],
    ['no algorithm', { 'x-hub-signature-256': 'none=' }],
    ['another algorithm', { 'x-hub-signature': `sha1=${hmac(BODY, { algorithm: 'sha1' })}` }],
    ['not hex', { 'x-hub-signature-256': `sha256=${'zz'.repeat(32)}` }],
    ['shortened', { 'x-hub-signature-256': `sha256=${hmac(BODY).slice(0, 32)}` }],
    ['with another secret', { 'x-hub-signature-256': `sha256=${hmac(BODY, { key: 'of somebody else' })}` }],
  ])('refuses a signature: %s', (_name, headers) => {
    expect(receive(GITHUB, { body: BODY, headers })).toBe('SIGNATURE_INVALID')
  })
  it('accepts two secrets while they change, and no longer', async () => {
    const headers = await github(BODY, OLD_SECRET)
    expect(receive(GITHUB, { body: BODY, headers, secrets: { previousSigningSecret: OLD_SECRET } })).toMatchObject({ kind: 'event' })
    expect(receive(GITHUB, { body: BODY, headers })).toBe('SIGNATURE_INVALID')
  })
  it.each([-299, 299])('accepts a time %d s off', (off) => {
    expect(receive(SLACK, { body: BODY, headers: slack(BODY, SECONDS + off) })).toMatchObject({ kind: 'event' })
  })
  it.each([-360, 360])('refuses a time %d s off, for each scheme that has one', (off) => {
    const at = new Date(NOW.getTime() + off * 1_000)
    expect(receive(SLACK, { body: BODY, headers: slack(BODY, SECONDS + off) })).toBe('SIGNATURE_INVALID')
    expect(receive(STRIPE, { body: BODY, headers: stripe(BODY, SECONDS + off) })).toBe('SIGNATURE_INVALID')
    expect(receive(STANDARD, { body: BODY, headers: standard(BODY, at), secrets: { signingSecret: WHSEC } })).toBe('SIGNATURE_INVALID')
  })
})

describe('the event', () => {
  it('answers the verification of a new URL', async () => {
    const body = '{"type":"url_verification","challenge":"3eZbrw1a"}'
    expect(receive(SLACK, { body, headers: slack(body) })).toEqual({ kind: 'reply', contentType: 'text/plain; charset=utf-8', body: '3eZbrw1a' })
    expect(receive(GITHUB, { body: BODY, headers: { ...(await github(BODY)), 'x-github-event': 'ping' } })).toMatchObject({ kind: 'reply' })
    const query = { 'hub.mode': 'subscribe', 'hub.verify_token': 'verify me please', 'hub.challenge': '42' }
    const secrets = { verifyToken: 'verify me please' }
    expect(receive(GITHUB, { method: 'GET', query, secrets })).toMatchObject({ kind: 'reply', body: '42' })
    expect(receive(GITHUB, { method: 'GET', query: { ...query, 'hub.verify_token': 'x' }, secrets })).toBe('SIGNATURE_INVALID')
    expect(receive(GITHUB, { method: 'GET', query })).toBe('METHOD_NOT_ALLOWED')
  })
  it('reads forms that contain JSON, forms, and JSON announced as a form', async () => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const form = `payload=${encodeURIComponent('{"action":"opened"}')}`
    expect(receive(GITHUB, { body: form, headers: { ...(await github(form)), ...type } })).toMatchObject({ eventType: 'issues.opened' })
    const plain = { signature: { scheme: 'hmac', header: 'X-Sig' } }
    expect(receive(plain, { body: 'event=call&n=1', headers: { 'x-sig': hmac('event=call&n=1'), ...type } })).toMatchObject({ eventType: 'call' })
    expect(receive(plain, { body: BODY, headers: { 'x-sig': hmac(BODY), ...type } })).toMatchObject({ eventType: 'made' })
  })
  it.each(['', '{', 'not json', '{"a":1}}'])('refuses %j where JSON is expected, and takes it as text', (body) => {
    const signature = { scheme: 'hmac', header: 'X-Sig' }
    const headers = { 'x-sig': hmac(body) }
    expect(receive({ signature }, { body, headers })).toBe('MALFORMED_JSON')
    expect(receive({ signature, body: 'text' }, { body, headers })).toMatchObject({ kind: 'event', eventId: expect.stringMatching(/^sha256:/) })
  })
  it('makes ids and types storable, whatever the body says', () => {
    const config = { signature: { scheme: 'token' }, paths: { id: 'id', type: 'kind' } }
    const headers = { authorization: `Bearer ${SECRET}` }
    for (const id of ['a\u0000b', '\ud800', 'x'.repeat(201)])
      expect(receive(config, { body: JSON.stringify({ id, kind: id }), headers })).toMatchObject({
        eventId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      })
    expect(receive(config, { body: '{"id":"a\\u0000b","kind":"a\\u0000b"}', headers })).toMatchObject({ eventType: null })
  })
  it('keeps no header with credentials or a signature', async () => {
    const headers = { ...(await github(BODY)), authorization: 'x', cookie: 'y', 'x-other': 'z' }
    expect(receive(GITHUB, { body: BODY, headers })).toMatchObject({
      headers: { 'content-type': 'application/json', 'x-github-event': 'issues', 'x-github-delivery': 'd-1' },
    })
    const kept = receive(GITHUB, { body: BODY, headers }) as { headers: object }
    expect(Object.keys(kept.headers)).toHaveLength(3)
  })
})
