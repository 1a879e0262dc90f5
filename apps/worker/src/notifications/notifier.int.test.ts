import { createHmac, randomUUID } from 'node:crypto'
import { addTestDelivery, createTarget, markStaleness, type NotificationTarget, reportIncidents, updateTarget } from '@inlet/db'
import { MAX_TRIES } from '@inlet/domain'
import { createMasterKeyText, createSigningSecret, openSecrets, parseKeyring, sealSecrets } from '@inlet/security'
import { openTestStore, type TestStore, until } from '@inlet/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { runNotifier } from './fixtures/run-notifier.js'
import { type Received, type Receiver, startReceiver } from './fixtures/start-receiver.js'
import { createMessageWriter } from './write-message.js'

const keyring = parseKeyring(createMasterKeyText('k1'))
let store: TestStore
let receiver: Receiver
let url = ''
const stops: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
  receiver = await startReceiver()
  url = `${receiver.url}/hook`
})
beforeEach(async () => {
  Object.assign(receiver, { received: [], answer: 204 })
  for (const table of ['notification_targets', 'incidents']) await store.rows(`DELETE FROM ${table}`)
  await store.rows(`UPDATE sources SET status = 'STOPPED'`)
})
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})
afterAll(async () => {
  receiver.close()
  await store.close()
})

const start = (allow: readonly string[] = ['127.0.0.1']): void => void stops.push(runNotifier(store.database, keyring, allow))

type TargetChanges = Partial<Pick<NotificationTarget, 'url' | 'events' | 'sources' | 'kind' | 'mail' | 'quietHours' | 'groupMinutes'>>
const addTarget = async (changes: TargetChanges = {}, secret = createSigningSecret()) => {
  const id = randomUUID()
  const sealed = sealSecrets(keyring, { ownerId: id, version: 1 }, { secret, ...(changes.kind === undefined ? {} : { url: changes.url ?? url }) })
  const fields = {
    events: ['error' as const, 'stale' as const, 'recovery' as const],
    sources: [],
    labels: {},
    kind: 'webhook' as const,
    mail: null,
    quietHours: null,
    groupMinutes: 0,
  }
  await createTarget(store.database, { id, name: id, url, active: true, ...fields, ...changes, sealed }, 'test')
  return { id, secret }
}
const breakSource = (id: string) =>
  store.rows(
    `UPDATE sources SET status = 'ERROR', status_reason = 'AUTH_FAILED', status_message = 'it answers 401', last_error_at = now(), last_outcome = 'failed', consecutive_failures = 1 WHERE id = $1`,
    [id],
  )
const repairSource = (id: string) =>
  store.rows(
    `UPDATE sources SET status = 'ACTIVE', status_reason = NULL, last_outcome = 'ok', consecutive_failures = 0, last_success_at = now() WHERE id = $1`,
    [id],
  )
const deliveriesOf = (targetId: string) =>
  store.rows<{ event: string; status: string; attempts: number; last_status: number | null; last_error: string | null }>(
    'SELECT event, status, attempts, last_status, last_error FROM notification_deliveries WHERE target_id = $1 ORDER BY created_at, event DESC',
    [targetId],
  )
const dueNow = () => store.rows(`UPDATE notification_deliveries SET next_at = now() WHERE status = 'pending'`)
const verify = ({ headers, body }: Received, secret: string): boolean => {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const expected = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    .update(signed)
    .digest('base64')
  return (headers['webhook-signature'] ?? '').split(' ').includes(`v1,${expected}`)
}
const reportNow = () => reportIncidents(store.database, createMessageWriter(''))

describe('notifications', () => {
  it('are sent once for the opening and once for the closing of an incident, signed, even if the receiver was down', async () => {
    const sourceId = await store.addSource()
    const { id, secret } = await addTarget()
    receiver.answer = 503
    await breakSource(sourceId)
    start()
    await until(async () => (await deliveriesOf(id))[0]?.last_status === 503)
    expect(await deliveriesOf(id)).toMatchObject([
      { event: 'incident.opened', status: 'pending', attempts: 1, last_error: 'the receiver answers 503' },
    ])
    receiver.answer = 204
    await dueNow()
    await until(async () => (await deliveriesOf(id))[0]?.status === 'delivered')
    await repairSource(sourceId)
    await until(async () => (await deliveriesOf(id))[1]?.status === 'delivered')
    expect(receiver.received.map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual([
      'incident.opened',
      'incident.opened',
      'incident.closed',
    ])
    expect(receiver.received.every((message) => verify(message, secret))).toBe(true)
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(2)
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      data: {
        incident: { kind: 'error', closedAt: null },
        source: { id: sourceId },
        reason: 'AUTH_FAILED',
        message: 'it answers 401',
        next: expect.stringContaining(`inlet sources update ${sourceId} --secret`),
        links: { why: `https://inlet.example/v1/sources/${sourceId}/why` },
      },
    })
  })

  it('reach no private address that the operator has not permitted, not even through a redirect', async () => {
    const { id } = await addTarget({ url: 'http://127.0.0.1:1/hook' })
    const redirected = await addTarget()
    for (const target of [id, redirected.id]) await addTestDelivery(store.database, target, (messageId) => JSON.stringify({ id: messageId }))
    receiver.answer = 302
    start([`127.0.0.1:${new URL(url).port}`])
    await until(async () => (await deliveriesOf(redirected.id))[0]?.last_status === 302 && (await deliveriesOf(id))[0]?.last_error !== null)
    expect(receiver.received).toHaveLength(1)
    expect((await deliveriesOf(id))[0]?.last_error).toMatch(/^(URL_BLOCKED_ADDRESS|URL_PORT_NOT_ALLOWED|EGRESS_BLOCKED): /u)
  })

  it('are signed with both secrets while one replaces the other', async () => {
    const { id, secret } = await addTarget()
    const next = createSigningSecret()
    const reseal = (stored: unknown, version: number): unknown => {
      const { secret: previous } = openSecrets(keyring, { ownerId: id, version }, stored)
      return sealSecrets(keyring, { ownerId: id, version: version + 1 }, { secret: next, previous })
    }
    await updateTarget(store.database, { id, reseal, overlapSeconds: 3_600 }, 'test')
    await addTestDelivery(store.database, id, () => '{}')
    start()
    await until(() => receiver.received.length === 1)
    expect([secret, next].map((key) => receiver.received.every((message) => verify(message, key)))).toEqual([true, true])
    await store.rows('UPDATE notification_targets SET previous_until = now()')
    await addTestDelivery(store.database, id, () => '{}')
    await until(() => receiver.received.length === 2)
    expect([secret, next].map((key) => receiver.received.slice(1).every((message) => verify(message, key)))).toEqual([false, true])
  })

  it('are given up after the last attempt, and at once when the receiver is gone', async () => {
    const { id } = await addTarget()
    await addTestDelivery(store.database, id, () => '{}')
    await addTestDelivery(store.database, id, () => '{}')
    await store.rows(
      'UPDATE notification_deliveries SET attempts = $2 WHERE id = (SELECT min(id::text)::uuid FROM notification_deliveries WHERE target_id = $1)',
      [id, MAX_TRIES - 1],
    )
    receiver.answer = 500
    start()
    await until(async () => (await deliveriesOf(id)).filter(({ status }) => status === 'dead').length === 1)
    receiver.answer = 410
    await until(async () => (await deliveriesOf(id)).every(({ last_status: status }) => status !== null))
    await dueNow()
    await until(async () => (await deliveriesOf(id)).every(({ status }) => status === 'dead'))
    expect((await deliveriesOf(id)).map(({ last_status: status }) => status)).toEqual(expect.arrayContaining([410, 500]))
  })
})

describe('incidents', () => {
  it('open for stale sources too, once however many workers look, and are withdrawn when the owner pauses', async () => {
    const sourceId = await store.addSource()
    const { id } = await addTarget({ events: ['stale', 'recovery'] })
    await store.rows(`UPDATE sources SET fresh_within_seconds = 1, created_at = now() - interval '1 hour' WHERE id = $1`, [sourceId])
    await markStaleness(store.database)
    const passes = await Promise.all([reportNow(), reportNow(), reportNow()])
    expect(passes.reduce((sum: number, made) => sum + (made ?? 0), 0)).toBe(1)
    expect(await reportNow()).toBe(0)
    await store.rows(`UPDATE sources SET status = 'PAUSED' WHERE id = $1`, [sourceId])
    expect(await reportNow()).toBe(0)
    expect(await store.rows('SELECT kind, closed_as FROM incidents')).toEqual([{ kind: 'stale', closed_as: 'withdrawn' }])
    expect(await deliveriesOf(id)).toMatchObject([{ event: 'incident.opened' }])
  })

  it('are summarized in one message when many open at once', async () => {
    const sources = await Promise.all(Array.from({ length: 25 }, () => store.addSource()))
    const { id } = await addTarget()
    const one = await addTarget({ sources: sources.slice(0, 1) })
    for (const source of sources) await breakSource(source)
    expect(await reportNow()).toBe(2)
    expect(await deliveriesOf(id)).toMatchObject([{ event: 'incidents.digest' }])
    expect(await deliveriesOf(one.id)).toMatchObject([{ event: 'incident.opened' }])
    const [digest] = await store.rows<{ body: string }>('SELECT body FROM notification_deliveries WHERE target_id = $1', [id])
    expect(JSON.parse(digest?.body ?? '')).toMatchObject({ type: 'incidents.digest', data: { opened: 25, closed: 0 } })
    const late = await store.addSource()
    await breakSource(late)
    expect(await reportNow()).toBe(0)
    await store.rows(`UPDATE notification_deliveries SET created_at = now() - interval '2 minutes'`)
    await store.rows(`UPDATE incidents SET opened_notified_at = now() - interval '2 minutes' WHERE opened_notified_at IS NOT NULL`)
    expect(await reportNow()).toBe(1)
  })

  it.each([
    ['the receiver is down', (text: string) => text.replace(/:\d+\//, ':1/'), ['127.0.0.1']],
    ['the address is not allowed', (text: string) => text, []],
  ])('seal addresses that were stored before, and show no path when %s', async (_why, change, allow) => {
    const token = 'canary-0f3e'
    const sourceId = await store.addSource()
    const { id } = await addTarget({ url: change(`${url}/services/${token}?key=${token}`) })
    await breakSource(sourceId)
    start(allow)
    await until(async () => (await deliveriesOf(id))[0]?.last_error ?? null)
    const kept = await store.rows('SELECT t::text FROM notification_targets t UNION ALL SELECT d::text FROM notification_deliveries d')
    expect(JSON.stringify(kept)).not.toContain(token)
  })
})
