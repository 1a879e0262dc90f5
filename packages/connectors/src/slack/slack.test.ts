import type { Failure } from '@inlet/connector-sdk'
import { describe, expect, it } from 'vitest'
import { toSlackFailure } from './api/to-slack-failure.js'
import { slackConfig } from './config.js'
import { fromMicros, keepOnly, MAX_CHANNELS, openPositions, toMicros } from './cursor/positions.js'
import { estimate } from './history/read-channel.js'
import { type Place, toMessageRecord, toReactionRecords, toReplyRecord } from './records/history-records.js'
import { renderText } from './records/render-text.js'
import { validateSlack } from './validate.js'

const NOW = new Date('2026-01-01T00:00:00Z')
const names = { user: (id: string) => ({ U1: 'Ada', U2: 'Grace' })[id], channel: (id: string) => ({ C1: 'general' })[id] }

describe('settings of slack', () => {
  it.each([
    [{ baseUrl: 'slack' }, 'xoxb-1', 'INVALID_URL', 'config.baseUrl'],
    [{ baseUrl: 'file:///etc' }, 'xoxb-1', 'URL_SCHEME_NOT_ALLOWED', 'config.baseUrl'],
    [{ baseUrl: 'https://a:b@slack.com/api' }, 'xoxb-1', 'URL_CREDENTIALS_NOT_ALLOWED', 'config.baseUrl'],
    [{ channels: ['general', 'a/b'] }, 'xoxb-1', 'VALIDATION_FAILED', 'config.channels.1'],
    [{ exclude: ['a***b***c***d*'] }, 'xoxb-1', 'VALIDATION_FAILED', 'config.exclude.0'],
    [{}, 'xapp-1', 'VALIDATION_FAILED', 'secrets.token'],
  ])('refuse %j with %s', (settings, token, reason, field) => {
    expect(() => validateSlack(slackConfig.parse(settings), { token })).toThrow(expect.objectContaining({ reason, field }) as Failure)
  })
})

describe('the text of slack', () => {
  it.each([
    ['Hi <@U1>, see <#C1> &amp; <#C9|other>', 'Hi @Ada, see #general & #other'],
    ['<@U9> <@U9|nick> <!here> <!subteam^S1|@team> <!subteam^S1>', '@U9 @nick @here @team @subteam'],
    ['<https://x.test/?a=1&amp;b=2|the page> <https://x.test>', '[the page](https://x.test/?a=1&b=2) https://x.test'],
    ['<mailto:a@x.test|a@x.test> <tel:123>', 'a@x.test 123'],
    ['1 &lt; 2 :tada: &lt;@U1&gt; &amp;lt;', '1 < 2 :tada: <@U1> &lt;'],
  ])('%s', (raw, read) => {
    expect(renderText(raw, names)).toBe(read)
  })
})

describe('records of slack', () => {
  const place: Place = { channel: { id: 'C1', name: 'general' }, channelName: 'general', teamUrl: 'https://acme.slack.com/', team: 'Acme', names }
  const message = { ts: '1700000000.000100', user: 'U1', text: 'Done <@U2>', reactions: [{ name: 'tada', count: 2, users: ['U1', 'U2'] }] }

  it('are events', () => {
    expect(toMessageRecord(message, place)).toMatchObject({
      key: ['C1', '1700000000.000100'],
      text: 'Done @Grace',
      url: 'https://acme.slack.com/archives/C1/p1700000000000100',
      scope: 'C1/2023-11-14',
      data: {
        eventType: 'message',
        content: 'Done @Grace',
        actor: 'Ada',
        projectId: 'general',
        sessionId: 'C1:1700000000.000100',
        context: { reactions: [{ name: 'tada', count: 2 }] },
      },
    })
    const reply = { ...message, ts: '1700000001.000100', thread_ts: message.ts, subtype: 'thread_broadcast' }
    expect(toReplyRecord(reply, message, place)).toMatchObject({
      key: ['C1', message.ts, reply.ts],
      url: `https://acme.slack.com/archives/C1/p1700000001000100?thread_ts=${message.ts}&cid=C1`,
      data: { eventType: 'reply', sessionId: `C1:${message.ts}` },
    })
    expect(toReactionRecords(message, place).map(({ key, data }) => [key, data['actor'], data['content']])).toEqual([
      [['C1', message.ts, 'tada', 'U1'], 'Ada', ':tada:'],
      [['C1', message.ts, 'tada', 'U2'], 'Grace', ':tada:'],
    ])
  })

  it('take the text of apps from attachments, and cannot be broken by what cannot be stored', () => {
    const alert = {
      ts: '1700000000.000100',
      bot_id: 'B1',
      username: 'alerts',
      subtype: 'bot_message',
      text: '',
      attachments: [{ title: 'Down', text: 'db\0 is down' }],
    }
    expect(toMessageRecord(alert, place)).toMatchObject({
      title: 'Down',
      text: 'Down\ndb\ufffd is down',
      data: { eventType: 'message', actor: 'alerts' },
    })
    expect(toMessageRecord({ ts: '1700000000.000100', subtype: 'channel_join', user: 'U1', text: '<@U1> has joined' }, place).data['eventType']).toBe(
      'channel_join',
    )
  })
})

describe('the cursor of slack', () => {
  it('has room for all channels in 8 KiB, and keeps times exactly', () => {
    const positions = openPositions(null, NOW)
    const ids = Array.from({ length: MAX_CHANNELS }, (_, n) => `C0ABCDE${String(n).padStart(4, '0')}`)
    for (const id of ids) positions.set(id, '1767225599.999999')
    positions.visits = 99_999
    positions.descent = { id: ids[0] ?? '', top: '1767225599.999999', down: '1700000000.000001', floor: '1600000000.000000' }
    const cursor = positions.cursor()
    expect(JSON.stringify(cursor).length).toBeLessThanOrEqual(8_192)
    const again = keepOnly(openPositions(cursor, NOW), ids.slice(0, 2), cursor, NOW)
    expect(again.get(ids[1] ?? '')).toBe('1767225599.999999')
    expect(again.get(ids[2] ?? '')).toBeUndefined()
    expect(again.descent?.down).toBe('1700000000.000001')
    expect(again.visits).toBe(99_999)
    expect(fromMicros(toMicros('1700000000.000001'))).toBe('1700000000.000001')
  })

  it.each([['nonsense'], [{ channels: 'C1' }], [{ channels: 'C1:x,', more: 1 }], [{ channels: '', descent: { id: 'C1' } }]])(
    'refuses %j',
    (cursor) => {
      expect(() => openPositions(cursor as never, NOW)).toThrow(expect.objectContaining({ reason: 'CURSOR_INVALID' }) as Failure)
    },
  )

  it('refuses a position that is yet to come', () => {
    expect(() => openPositions({ channels: `C1:${(2e15).toString(36)}` }, NOW)).toThrow(
      expect.objectContaining({ reason: 'CURSOR_IN_FUTURE' }) as Failure,
    )
  })
})

describe('failures of slack', () => {
  it.each([
    ['invalid_auth', 'AUTH_FAILED'],
    ['token_revoked', 'AUTH_FAILED'],
    ['not_in_channel', 'PERMISSION_DENIED'],
    ['channel_not_found', 'NOT_FOUND_UPSTREAM'],
    ['ratelimited', 'RATE_LIMITED'],
    ['internal_error', 'UPSTREAM_ERROR'],
    ['something_new', 'UPSTREAM_INVALID'],
  ])('%s is %s', (error, reason) => {
    expect(toSlackFailure('conversations.history', { error })).toMatchObject({ reason })
  })

  it('name the missing scope', () => {
    const failure = toSlackFailure('users.list', { error: 'missing_scope', needed: 'users:read' })
    expect(failure).toMatchObject({ reason: 'PERMISSION_DENIED', next: expect.stringContaining('users:read') as string })
    expect(failure.message).toContain('users:read')
  })
})

describe('the estimate of a reading', () => {
  it('says no more than what is known', () => {
    const descent = { id: 'C1', top: '1700000000.000000', down: '1699000000.000000', floor: '0.000000' }
    expect(estimate('general', descent, { given: 15 })).toBe(
      '#general: read back to 2023-11-03; Slack gives this app 15 messages a request and one request a minute',
    )
    expect(estimate('general', { ...descent, floor: '1696000000.000000' }, { given: 200 })).toBe(
      '#general: read back to 2023-11-03, about 25 % of the time; at most 10000 messages a minute',
    )
  })
})
