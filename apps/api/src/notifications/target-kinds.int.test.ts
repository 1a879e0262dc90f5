import { openSecrets } from '@inlet/security'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const CANARY = 'canary-7d2e'
let n = 0
const add = (body: object) => api.post('/v1/notifications', { name: `target ${(n += 1)}`, ...body }, { key: api.keys.write })
const openedOf = async (id: string) => {
  const { rows } = await api.database.pool.query<{ sealed: unknown; version: number }>(
    'SELECT sealed, version FROM notification_targets WHERE id = $1',
    [id],
  )
  return openSecrets(api.keyring, { ownerId: id, version: rows[0]?.version ?? 0 }, rows[0]?.sealed)
}
const MAIL = { from: 'inlet@example.com', to: ['on-call@example.com'] }

describe('kinds of notification targets', () => {
  it.each([
    ['slack', { url: `https://hooks.slack.com/services/${CANARY}` }, 'https://hooks.slack.com/…', {}],
    ['teams', { url: `https://acme.webhook.office.com/${CANARY}` }, 'https://acme.webhook.office.com/…', {}],
    ['pagerduty', { secret: CANARY }, 'https://events.pagerduty.com/…', { secret: CANARY }],
    ['email', { url: 'smtps://mail.example.com', mail: { ...MAIL, username: 'me' }, secret: CANARY }, 'smtps://mail.example.com', { secret: CANARY }],
    ['email', { url: 'smtp://mail.example.com:587', mail: MAIL }, 'smtp://mail.example.com:587', {}],
  ] as const)('%s keeps its secret to itself', async (kind, given, url, secret) => {
    const made = await add({ kind, ...given })
    expectContract(made, 'createNotification')
    expect(made.body).toMatchObject({ kind, url, secret: null, quietHours: null, groupMinutes: 0 })
    expect(await openedOf(made.body.id)).toEqual({ url: 'url' in given ? given.url : 'https://events.pagerduty.com/v2/enqueue', ...secret })
    const listed = await api.get('/v1/notifications')
    expectContract(listed, 'listNotifications')
    const { rows } = await api.database.pool.query('SELECT t::text FROM notification_targets t')
    for (const text of [made.text, listed.text, JSON.stringify(rows), api.logLines.join('')]) expect(text).not.toContain(CANARY)
    expect((await api.post(`/v1/notifications/${made.body.id}/test`, undefined, { key: api.keys.write })).status).toBe(202)
  })

  it.each([
    [{ kind: 'webhook' }, 'url'],
    [{ kind: 'slack', url: 'https://hooks.slack.com/x', secret: 'abc' }, 'secret'],
    [{ kind: 'pagerduty' }, 'secret'],
    [{ kind: 'webhook', url: 'https://hooks.example.com/x', secret: 'abc' }, 'secret'],
    [{ kind: 'webhook', url: 'https://hooks.example.com/x', mail: MAIL }, 'mail'],
    [{ kind: 'email', url: 'smtp://mail.example.com' }, 'mail'],
    [{ kind: 'email', url: 'smtp://mail.example.com', mail: { ...MAIL, username: 'me' } }, 'secret'],
    [{ kind: 'email', url: 'smtp://mail.example.com', mail: MAIL, secret: 'password' }, 'mail.username'],
    [{ kind: 'email', url: 'smtp://mail.example.com', mail: { from: 'me', to: [] } }, 'mail.from'],
    [{ kind: 'slack', url: 'https://hooks.slack.com/x', quietHours: { from: '24:00', to: '7', timeZone: 'UTC' } }, 'quietHours.from'],
  ])('refuse %j, naming %s', async (body, path) => {
    const answer = await add(body)
    expect(problemOf(answer)).toEqual([422, 'VALIDATION_FAILED'])
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path)
  })

  it.each([
    [{ kind: 'email', url: 'https://mail.example.com', mail: MAIL }, 'INVALID_URL'],
    [{ kind: 'email', url: 'smtp://me:word@mail.example.com', mail: MAIL }, 'URL_CREDENTIALS_NOT_ALLOWED'],
    [{ kind: 'email', url: 'smtp://169.254.169.254', mail: MAIL }, 'URL_BLOCKED_ADDRESS'],
    [{ kind: 'slack', url: 'http://127.0.0.1/x' }, 'URL_BLOCKED_ADDRESS'],
    [{ kind: 'slack', url: 'https://hooks.slack.com/x', quietHours: { from: '22:00', to: '07:00', timeZone: 'Mars/Base' } }, 'INVALID_TIMEZONE'],
  ])('refuse %j with %s', async (body, reason) => expect(problemOf(await add(body))).toEqual([422, reason]))

  it('can change within their receiver, and elsewhere only with another secret', async () => {
    const { body } = await add({ kind: 'email', url: 'smtp://mail.example.com', mail: { ...MAIL, username: 'me' }, secret: CANARY })
    const patch = (change: object) => api.patch(`/v1/notifications/${body.id}`, change, { key: api.keys.write })
    const quietHours = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' }
    const changed = await patch({ mail: { ...MAIL, to: ['others@example.com'] }, quietHours, groupMinutes: 15 })
    expectContract(changed, 'updateNotification')
    expect(changed.body).toMatchObject({ mail: { to: ['others@example.com'] }, quietHours, groupMinutes: 15 })
    expect(problemOf(await patch({ url: 'smtp://mail.evil.example' }))).toEqual([403, 'SECRET_TARGET_REFUSED'])
    expect((await patch({ url: 'smtp://mail.next.example', secret: 'another' })).body).toMatchObject({
      url: 'smtp://mail.next.example',
      previousSecretUntil: null,
    })
    expect(await openedOf(body.id)).toEqual({ url: 'smtp://mail.next.example', secret: 'another' })
  })
})
