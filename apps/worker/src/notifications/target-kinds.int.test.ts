import { randomUUID } from 'node:crypto'
import { createTarget, type NotificationTarget, reportIncidents } from '@inlet/db'
import { createMasterKeyText, createSigningSecret, parseKeyring, sealSecrets } from '@inlet/security'
import { openTestStore, type TestStore, until } from '@inlet/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { runNotifier } from './fixtures/run-notifier.js'
import { startMailServer } from './fixtures/start-mail-server.js'
import { type Receiver, startReceiver } from './fixtures/start-receiver.js'
import { createMessageWriter } from './write-message.js'

const keyring = parseKeyring(createMasterKeyText('k1'))
let store: TestStore
let receiver: Receiver
let url = ''
const stops: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
  receiver = await startReceiver()
  receiver.answer = 202
  url = receiver.url
})
beforeEach(async () => {
  receiver.received = []
  for (const table of ['notification_targets', 'incidents']) await store.rows(`DELETE FROM ${table}`)
  await store.rows(`UPDATE sources SET status = 'STOPPED'`)
})
const stopAll = async (): Promise<void> => {
  for (const stop of stops.splice(0)) await stop()
}
afterEach(stopAll)
afterAll(async () => {
  receiver.close()
  await store.close()
})

const start = (allow: readonly string[] = ['127.0.0.1']): void => void stops.push(runNotifier(store.database, keyring, allow))

type TargetChanges = Partial<Pick<NotificationTarget, 'url' | 'kind' | 'mail' | 'quietHours' | 'groupMinutes'>>
const addTarget = async (changes: TargetChanges, secret = createSigningSecret()): Promise<string> => {
  const id = randomUUID()
  const target = { kind: 'webhook' as const, url, mail: null, quietHours: null, groupMinutes: 0, ...changes }
  const sealed = sealSecrets(keyring, { ownerId: id, version: 1 }, { secret, url: target.url })
  await createTarget(
    store.database,
    { id, name: id, active: true, events: ['error', 'recovery'], sources: [], labels: {}, ...target, sealed },
    'test',
  )
  return id
}
const breakSource = (id: string) =>
  store.rows(
    `UPDATE sources SET status = 'ERROR', status_reason = 'AUTH_FAILED', status_message = 'it answers 401', last_error_at = now(), last_outcome = 'failed', consecutive_failures = 1 WHERE id = $1`,
    [id],
  )
const repairSource = (id: string) =>
  store.rows(`UPDATE sources SET status = 'ACTIVE', status_reason = NULL, last_outcome = 'ok', consecutive_failures = 0 WHERE id = $1`, [id])
const deliveriesOf = (targetId: string) =>
  store.rows<{ event: string; status: string; last_error: string | null }>(
    'SELECT event, status, last_error FROM notification_deliveries WHERE target_id = $1 ORDER BY created_at, event DESC',
    [targetId],
  )
const nothingWaits = () =>
  until(async () => (await store.rows(`SELECT FROM notification_deliveries WHERE status IN ('pending', 'held')`)).length === 0)
const parsed = () => receiver.received.map(({ body }) => JSON.parse(body))

describe('notifications of other kinds', () => {
  it('are sent to Slack, Teams and PagerDuty in their formats, and to mail servers', async () => {
    const sourceId = await store.addSource()
    await using mails = await startMailServer()
    const slack = await addTarget({ kind: 'slack', url: `${url}/slack` })
    const teams = await addTarget({ kind: 'teams', url: `${url}/teams` })
    const pager = await addTarget({ kind: 'pagerduty', url: `${url}/pager` }, 'routing-key-of-the-team')
    const mail = await addTarget({
      kind: 'email',
      url: `smtp://127.0.0.1:${mails.port}`,
      mail: { from: 'inlet@example.com', to: ['on-call@example.com'] },
    })
    await breakSource(sourceId)
    start()
    await until(() => receiver.received.length === 3 && mails.received.length === 1)
    await nothingWaits()
    const bodyTo = (text: string) => JSON.parse(receiver.received.find(({ body }) => body.includes(text))?.body ?? '{}')
    expect(bodyTo('rotating_light').text).toMatch(/AUTH_FAILED\*\nit answers 401\n.*\n<https:\/\/inlet\.example/)
    expect(bodyTo('AdaptiveCard').attachments[0].content.body[0].text).toContain('AUTH')
    const trigger = bodyTo('routing_key')
    expect(trigger).toMatchObject({
      routing_key: 'routing-key-of-the-team',
      event_action: 'trigger',
      payload: { severity: 'error', class: 'AUTH_FAILED' },
    })
    expect(mails.received[0]).toMatchObject({ from: 'inlet@example.com', to: ['on-call@example.com'] })
    expect(mails.received[0]?.data).toMatch(/^Subject: .*AUTH_FAILED[^]*it answers 401/m)
    for (const id of [slack, teams, pager, mail]) expect(await deliveriesOf(id)).toMatchObject([{ status: 'delivered' }])
    await repairSource(sourceId)
    await until(() => receiver.received.length === 6 && mails.received.length === 2)
    const resolve = parsed()
      .slice(3)
      .find(({ routing_key: key }) => key !== undefined)
    expect(resolve).toEqual({ routing_key: trigger.routing_key, dedup_key: trigger.dedup_key, event_action: 'resolve' })
  })

  it('send no password to a mail server without encryption, nor to an address that is not permitted', async () => {
    const sourceId = await store.addSource()
    await using mails = await startMailServer()
    const settings = { from: 'inlet@example.com', to: ['on-call@example.com'] }
    const open = await addTarget({ kind: 'email', url: `smtp://127.0.0.1:${mails.port}`, mail: { ...settings, username: 'me' } }, 'canary-password')
    await breakSource(sourceId)
    start()
    await until(async () => (await deliveriesOf(open))[0]?.last_error != null)
    expect((await deliveriesOf(open))[0]?.last_error).toMatch(/STARTTLS|TLS/i)
    expect(mails.said.join('')).not.toMatch(/AUTH|canary/)
    await stopAll()
    await store.rows(`UPDATE notification_deliveries SET next_at = now() WHERE status = 'pending'`)
    start([])
    await until(async () => /BLOCKED/.test((await deliveriesOf(open))[0]?.last_error ?? ''))
  })

  it('are held back in quiet hours and sent together at their end', async () => {
    const sources = [await store.addSource(), await store.addSource()]
    // From now on, for twelve hours.
    const hour = new Date().getUTCHours()
    const text = (h: number) => `${String(h % 24).padStart(2, '0')}:00`
    const quiet = await addTarget({ quietHours: { from: text(hour), to: text(hour + 12), timeZone: 'UTC' } })
    const grouped = await addTarget({ groupMinutes: 30 })
    const pager = await addTarget({ kind: 'pagerduty', groupMinutes: 30 }, 'routing-key')
    for (const id of sources) {
      await breakSource(id)
      await reportIncidents(store.database, createMessageWriter(''))
    }
    for (const id of [quiet, grouped, pager]) expect(await deliveriesOf(id)).toMatchObject([{ status: 'held' }, { status: 'held' }])
    await store.rows(`UPDATE notification_deliveries SET next_at = now() - interval '1 second'`)
    start()
    await until(() => receiver.received.length === 4)
    await nothingWaits()
    for (const id of [quiet, grouped]) {
      expect((await deliveriesOf(id)).map(({ event, status }) => `${event} ${status}`).toSorted()).toEqual([
        'incident.opened grouped',
        'incident.opened grouped',
        'incidents.digest delivered',
      ])
    }
    expect(await deliveriesOf(pager)).toMatchObject([
      { event: 'incident.opened', status: 'delivered' },
      { event: 'incident.opened', status: 'delivered' },
    ])
    const digest = parsed().find(({ type }) => type === 'incidents.digest')
    expect(digest.data).toMatchObject({ opened: 2, closed: 0, incidents: [{ what: 'opened', reason: 'AUTH_FAILED' }, { what: 'opened' }] })
  })
})
