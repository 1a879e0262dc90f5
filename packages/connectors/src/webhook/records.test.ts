import { Failure, type PushedEvent } from '@inlet/connector-sdk'
import { createTestContext } from '@inlet/connector-sdk/testing'
import { describe, expect, it } from 'vitest'
import { webhookConfig } from './config.js'
import { toRecord } from './events/to-record.js'
import webhook from './index.js'

const NOW = new Date('2026-03-01T12:00:00Z')
const SECRET = 'a secret of the sender'
const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const STANDARD = { signature: { scheme: 'standard' } }
const GITHUB = { signature: { scheme: 'github' } }
const SLACK = { signature: { scheme: 'slack' } }

const event = (body: unknown, headers: Readonly<Record<string, string>> = {}): PushedEvent => ({
  id: 'e1',
  type: null,
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  receivedAt: NOW,
})
const recordOf = (config: object, pushed: PushedEvent) => toRecord(pushed, webhookConfig.parse(config))

describe('what is stored', () => {
  it('describes a GitHub comment', () => {
    const body = {
      action: 'created',
      issue: { number: 7, title: 'It breaks' },
      comment: { body: 'Same here', html_url: 'https://github.com/o/r/issues/7#c', updated_at: '2026-02-28T10:00:00Z' },
      repository: { full_name: 'o/r' },
      sender: { login: 'ann' },
    }
    expect(recordOf(GITHUB, event(body, { 'x-github-event': 'issue_comment' }))).toMatchObject({
      key: 'e1',
      title: 'It breaks',
      text: 'Same here',
      url: 'https://github.com/o/r/issues/7#c',
      occurredAt: new Date('2026-02-28T10:00:00Z'),
      data: { eventType: 'issue_comment.created', content: 'Same here', actor: 'ann', projectId: 'o/r', sessionId: 'o/r#7', payload: body },
    })
  })
  it('describes a Slack message', () => {
    const body = {
      team_id: 'T1',
      event_id: 'Ev1',
      event: { type: 'message', user: 'U1', text: 'hello', channel: 'C1', thread_ts: '1700000000.0001', event_ts: '1700000001.5' },
    }
    expect(recordOf(SLACK, event(body))).toMatchObject({
      text: 'hello',
      occurredAt: new Date(1_700_000_001_500),
      data: { eventType: 'message', actor: 'U1', projectId: 'C1', sessionId: '1700000000.0001', context: { team: 'T1' } },
    })
  })
  it('follows the paths of the settings, and keeps numbers exact', () => {
    const config = {
      signature: { scheme: 'token' },
      paths: {
        key: 'order.id',
        type: 'header:x-event',
        text: '/note/a.b',
        actor: 'by',
        occurredAt: 'at',
        projectId: 'shop',
        sessionId: 'cart',
        url: 'link',
        title: 'name',
      },
    }
    const record = recordOf(
      config,
      event('{"order":{"id":9007199254740993},"note":{"a.b":"x"},"by":5,"at":1700000000000,"shop":"s","cart":"c","link":"l","name":"N"}', {
        'x-event': 'order.changed',
      }),
    )
    expect(record).toMatchObject({
      key: 9007199254740993n,
      title: 'N',
      text: 'x',
      url: 'l',
      occurredAt: new Date(1_700_000_000_000),
      data: { eventType: 'order.changed', actor: '5', projectId: 's', sessionId: 'c', payload: { order: { id: 9007199254740993n } } },
    })
  })
  it('deletes by type, and rejects an event without the key', () => {
    const config = { signature: { scheme: 'token' }, paths: { key: 'id' }, deleteTypes: ['gone'] }
    expect(recordOf(config, event({ type: 'gone', id: 'k' }))).toMatchObject({ key: 'k', op: 'delete' })
    expect(recordOf(config, event({ type: 'made' }))).toMatchObject({ reason: 'RECORD_KEY_MISSING', key: 'e1', raw: '{"type":"made"}' })
    expect(recordOf(config, event('{'))).toMatchObject({ reason: 'RECORD_INVALID' })
  })
})

describe('settings', () => {
  const bad = async (config: object, secrets: object = {}) =>
    createTestContext({ connector: webhook, config, secrets: { signingSecret: SECRET, ...secrets } }).then(
      async (context) => {
        await context.close()
        return 'accepted'
      },
      (error: unknown) => (error instanceof Failure ? error.field : String(error)),
    )
  it.each([
    [{ signature: { scheme: 'hmac', header: 'X-Sig', algorithm: 'none' } }, 'config.signature.algorithm'],
    [{ signature: { scheme: 'hmac', header: 'X-Sig', template: '{timestamp}' } }, 'config.signature.template'],
    [{ signature: { scheme: 'hmac', header: 'X-Sig', template: '{timestamp}.{body}' } }, 'config.signature.timestampHeader'],
    [{ signature: { scheme: 'hmac', header: 'X-Sig', template: '{id}.{body}' } }, 'config.signature.idHeader'],
    [{ signature: { scheme: 'basic' } }, 'secrets.username'],
    [{ ...GITHUB, body: 'text' }, 'config.body'],
    [{ ...GITHUB, deleteTypes: ['x'] }, 'config.paths.key'],
    [{ signature: { scheme: 'token' }, paths: { actor: 'header:Authorization' } }, 'config.paths.actor'],
  ])('refuses %j', async (config, field) => {
    expect(await bad(config)).toBe(field)
  })
  it('refuses a short secret, and one of Standard Webhooks that is not base64', async () => {
    expect(await bad(GITHUB, { signingSecret: 'short' })).toBe('secrets.signingSecret')
    expect(await bad(STANDARD, { signingSecret: 'whsec_not base64' })).toBe('secrets.signingSecret')
    expect(await bad(STANDARD, { signingSecret: WHSEC })).toBe('accepted')
  })
})
