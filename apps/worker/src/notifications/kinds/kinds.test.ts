import { describe, expect, it } from 'vitest'
import { type Message, parseMessage } from '../message.js'
import { summarize } from '../summarize.js'
import { toPagerDuty } from './pagerduty.js'
import { toSlack } from './slack.js'
import { toTeams } from './teams.js'

const news = (slug: string, message = 'it answers 401') => ({
  incident: { id: `i-${slug}`, kind: 'error', since: '2026-11-28T12:00:00.000Z', closedAt: null },
  source: { id: `s-${slug}`, slug, name: slug, connector: 'api', labels: { team: 'crm' } },
  reason: 'AUTH_FAILED',
  message,
  next: 'Set new credentials.',
  links: { why: `https://inlet.example/v1/sources/s-${slug}/why` },
})
const frame = { id: 'msg_1', timestamp: '2026-11-28T12:00:01.000Z' }
const opened = (message?: string): Message => ({ type: 'incident.opened', ...frame, data: news('orders', message) })
const digest: Message = {
  type: 'incidents.digest',
  ...frame,
  data: {
    opened: 60,
    closed: 1,
    incidents: [
      { what: 'opened', ...news('orders') },
      { what: 'closed', ...news('crm') },
    ],
    links: { incidents: '/v1/incidents' },
  },
}

describe('readable messages', () => {
  it('say what is wrong, what to do and where to look', () => {
    expect(toSlack(summarize(opened()))).toEqual({
      text: ':rotating_light: *orders: AUTH_FAILED*\nit answers 401\nSet new credentials.\n<https://inlet.example/v1/sources/s-orders/why|why>',
    })
    expect(summarize({ type: 'incident.closed', ...frame, data: news('orders') })).toMatchObject({ title: 'orders works again', isGood: true })
    expect(summarize(digest)).toMatchObject({
      title: 'Inlet: 60 incidents opened, 1 closed',
      lines: ['orders: AUTH_FAILED: it answers 401', 'crm works again (AUTH_FAILED)', 'and 59 more'],
    })
  })

  it('leave out links that lead nowhere, and never read text as a mention, a link or markup', () => {
    const { text } = toSlack(summarize(digest)) as { text: string }
    expect(text).not.toContain('/v1/incidents')
    const hostile = summarize(opened('<!channel> <https://evil.example|click> *bold* [a](b) & more'))
    expect(JSON.stringify(toSlack(hostile))).toContain('&lt;!channel&gt; &lt;https://evil.example|click&gt; *bold* [a](b) &amp; more')
    expect(JSON.stringify(toTeams(hostile))).toContain(String.raw`\\*bold\\* \\[a\\](b)`)
  })

  it('are no longer than the other side accepts', () => {
    const long = summarize(opened('x'.repeat(100_000)))
    expect((toSlack(long) as { text: string }).text.length).toBeLessThan(4_000)
    expect(JSON.stringify(toTeams(long)).length).toBeLessThan(28_000)
    expect(JSON.stringify(toPagerDuty(opened('x'.repeat(2_000)), 'k'))).toContain(`"summary":"orders: AUTH_FAILED: ${'x'.repeat(1_003)}"`)
  })
})

describe('events for PagerDuty', () => {
  it('open and resolve an alert for each incident, and both for a test', () => {
    const actions = (message: Message) =>
      toPagerDuty(message, 'key').map((event) => {
        const { event_action: action, dedup_key: key } = event as { event_action: string; dedup_key: string }
        return `${action} ${key}`
      })
    expect(actions(opened())).toEqual(['trigger i-orders'])
    expect(actions({ type: 'incident.closed', ...frame, data: news('orders') })).toEqual(['resolve i-orders'])
    expect(actions(digest)).toEqual(['trigger i-orders', 'resolve i-crm'])
    expect(actions({ type: 'test', ...frame, data: { message: 'hello' } })).toEqual(['trigger msg_1', 'resolve msg_1'])
  })
})

it('refuse anything that is not an Inlet message', () => {
  expect(() => parseMessage('{"type":"other"}')).toThrow('Invalid')
})
