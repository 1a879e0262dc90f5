import { setTimeout } from 'node:timers/promises'
import { createPushRuns, createStoredInbox } from '@inlet/db'
import { createTestDatabase, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startCuttableLine } from '../../testing/cuttable-line.js'
import { expectContract, newSource, problemOf, type TestApi } from '../../testing/start-api.js'
import { createHook, HMAC, push, SIGNING_SECRET, signBody, startHookApi } from '../../testing/webhook-sender.js'

let api: TestApi
beforeAll(async () => {
  api = await startHookApi()
})
afterAll(() => api.close())

const inbox = async (source: string) => {
  const { rows } = await api.database.pool.query('SELECT event_id, event_type, body, headers FROM inbox WHERE source_id = $1 ORDER BY seq', [source])
  return rows
}

describe('a pushed event', () => {
  it('is durable before the response, creates one run, and appears in lists', async () => {
    const source = await createHook(api)
    const answer = await push(api, source, { id: 'a', body: '{"type":"made"}' })
    expect(answer.status).toBe(202)
    expectContract(answer, 'receiveHook')
    expect(await inbox(source)).toEqual([
      {
        event_id: 'a',
        event_type: 'made',
        body: Buffer.from('{"type":"made"}'),
        headers: { 'content-type': 'application/json', 'x-event-id': 'a', 'user-agent': 'node' },
      },
    ])
    await until(async () => (await api.get(`/v1/runs?source=${source}`)).body.items.length > 0)
    await push(api, source, { id: 'b', body: '{}' })
    const runs = await api.get(`/v1/runs?source=${source}`)
    expect(runs.body.items).toMatchObject([{ trigger: 'push', status: 'queued' }])
    const list = await api.get(`/v1/sources/${source}/hooks`, { key: api.keys.read })
    expectContract(list, 'listHookEvents')
    expect(list.body.items).toMatchObject([
      { eventId: 'b', state: 'waiting', size: 2 },
      { eventId: 'a', eventType: 'made' },
    ])
    const path = `/v1/sources/${source}/hooks/${list.body.items[1].id}`
    expect(problemOf(await api.get(path, { key: api.keys.write }))).toEqual([403, 'FORBIDDEN'])
    const one = await api.get(path)
    expectContract(one, 'getHookEvent')
    expect(one.body).toMatchObject({ body: '{"type":"made"}' })
    expect((await api.get(`/v1/sources/${source}`)).body.hookPath).toBe(`/v1/hooks/${source}`)
  })
  it('is a duplicate with the same id and content, and refused with another content', async () => {
    const source = await createHook(api)
    const first = await push(api, source, { id: 'a', body: '{"n":1}' })
    const again = await push(api, source, { id: 'a', body: '{"n":1}' })
    expect([again.status, again.body]).toEqual([200, { status: 'duplicate', id: first.body.id }])
    expect(problemOf(await push(api, source, { id: 'a', body: '{"n":2}' }))).toEqual([409, 'EVENT_ID_REUSED'])
    const other = await createHook(api)
    expect((await push(api, other, { id: 'a', body: '{"n":2}' })).status).toBe(202)
  })
  it('is stored once, however many senders send it at the same moment', async () => {
    const source = await createHook(api)
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => push(api, source, { id: `e${n % 4}`, body: `{"n":${n % 4}}` })))
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([...Array(36).fill(200), ...Array(4).fill(202)])
    expect(await inbox(source)).toHaveLength(4)
    const clash = await Promise.all(['{"a":1}', '{"a":2}', '{"a":3}'].map((body) => push(api, source, { id: 'same', body })))
    expect(clash.map(({ status }) => status).sort((a, b) => a - b)).toEqual([202, 409, 409])
  })
  it('gets an empty response when the sender shows responses to people', async () => {
    const source = await createHook(api, { signature: { scheme: 'slack' } })
    const seconds = String(Math.floor(Date.now() / 1_000))
    const send = (body: string) =>
      api.send('POST', `/v1/hooks/${source}`, {
        key: null,
        raw: body,
        headers: {
          'content-type': 'application/json',
          'x-slack-request-timestamp': seconds,
          'x-slack-signature': `v0=${signBody(`v0:${seconds}:${body}`)}`,
        },
      })
    const answer = await send('{"event_id":"Ev1","type":"event_callback"}')
    expect([answer.status, answer.text]).toEqual([200, ''])
    const challenge = await send('{"type":"url_verification","challenge":"c1"}')
    expect([challenge.status, challenge.text, challenge.headers.get('content-type')]).toEqual([200, 'c1', 'text/plain; charset=utf-8'])
    expect(await inbox(source)).toHaveLength(1)
  })
  it('returns hub.challenge to a sender who knows the token', async () => {
    const source = await createHook(api, HMAC, { verifyToken: 'verify me please' })
    const ask = (token: string) => api.get(`/v1/hooks/${source}?hub.mode=subscribe&hub.challenge=42&hub.verify_token=${token}`, { key: null })
    expect((await ask('verify+me+please')).text).toBe('42')
    expect(problemOf(await ask('guess'))).toEqual([401, 'SIGNATURE_INVALID'])
    expect(problemOf(await api.get(`/v1/hooks/${await createHook(api)}`, { key: null }))).toEqual([405, 'METHOD_NOT_ALLOWED'])
  })
})

describe('refusals', () => {
  it('have one text, whatever is wrong with the sender, and only leave an event for the operator', async () => {
    const source = await createHook(api)
    const body = '{"secret":"of the body"}'
    const answers = await Promise.all(
      ['', 'none', '00', signBody(body, 'of another source'), signBody(`${body} `)].map((signature) => push(api, source, { body, signature })),
    )
    for (const answer of answers) expect(problemOf(answer)).toEqual([401, 'SIGNATURE_INVALID'])
    expect(new Set(answers.map(({ body: { detail, next } }) => `${detail} ${next}`)).size).toBe(1)
    expect(await inbox(source)).toEqual([])
    await until(async () => (await api.get(`/v1/events?source=${source}&type=hook.refused`)).body.items.length === 1)
    expect(api.logLines.join('')).not.toContain(SIGNING_SECRET)
    expect(api.logLines.join('')).not.toContain('of the body')
  })
  it('are limited', async () => {
    const source = await createHook(api)
    const statuses: number[] = []
    for (let n = 0; n < 62; n++) statuses.push((await push(api, source, { body: '{}', signature: 'ff' })).status)
    expect([statuses[59], statuses[60], statuses[61]]).toEqual([401, 429, 429])
    expect((await push(api, source, { body: '{}' })).status).toBe(202)
  })
  it('report what is wrong with the body, the source or its state', async () => {
    const source = await createHook(api)
    expect(problemOf(await push(api, source, { body: 'not json' }))).toEqual([400, 'MALFORMED_JSON'])
    expect(problemOf(await push(api, source, { body: `"${'x'.repeat(1_048_576)}"` }))).toEqual([413, 'PAYLOAD_TOO_LARGE'])
    expect(problemOf(await push(api, '00000000-0000-4000-8000-000000000000', { body: '{}' }))).toEqual([404, 'NOT_FOUND'])
    const toy = await api.post('/v1/sources', newSource())
    expect(problemOf(await push(api, toy.body.id, { body: '{}' }))).toEqual([404, 'NOT_FOUND'])
    const zipped = { key: null, raw: '{}', headers: { 'content-encoding': 'gzip', 'x-signature': signBody('{}') } }
    expect(problemOf(await api.send('POST', `/v1/hooks/${source}`, zipped))).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
    await api.post(`/v1/sources/${source}/pause`)
    expect(problemOf(await push(api, source, { body: '{}' }))).toEqual([410, 'HOOK_PAUSED'])
    await api.delete(`/v1/sources/${source}`)
    await until(async () => (await push(api, source, { body: '{}' })).status === 404)
  })
  it('use new secrets at once', async () => {
    const source = await createHook(api)
    expect((await push(api, source, { body: '{}' })).status).toBe(202)
    const { headers } = await api.get(`/v1/sources/${source}`)
    const secrets = { signingSecret: 'the next secret', previousSigningSecret: SIGNING_SECRET }
    expect((await api.patch(`/v1/sources/${source}`, { secrets }, { headers: { 'if-match': headers.get('etag') ?? '' } })).status).toBe(200)
    await until(async () => (await push(api, source, { body: '[1]', signature: signBody('[1]', 'the next secret') })).status < 300)
    expect((await push(api, source, { body: '[2]' })).status).toBe(202)
  })
  it('ask to come again when too many events wait', async () => {
    const small = await startHookApi({ config: { INLET_HOOK_MAX_WAITING: 2 } })
    const source = await createHook(small)
    let full = await push(small, source, { body: '[0]' })
    for (let n = 1; full.status === 202; n++) {
      full = await push(small, source, { body: `[${n}]` })
      await setTimeout(50)
    }
    expect(problemOf(full)).toEqual([503, 'INBOX_FULL'])
    expect(full.headers.get('retry-after')).toBe('5')
    await small.close()
  })
})

describe('Postgres', () => {
  it('unavailable: 503 and never 2xx; back again: accepts, and nothing accepted is lost', async () => {
    const store = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'))
    const line = await startCuttableLine(store.url)
    const cut = await startHookApi({ store: { ...store, url: line.url } })
    const source = await createHook(cut)
    const accepted = new Set<string>()
    const seen = new Set<number>()
    let sending = true
    const senders = Array.from({ length: 8 }, async (_, s) => {
      for (let n = 0; sending; n++) {
        const body = `{"n":"${s}-${n}"}`
        // As senders do: retries until it is accepted.
        for (let done = false; !done && sending; ) {
          const { status } = await push(cut, source, { id: `${s}-${n}`, body })
          seen.add(status)
          done = status < 300
          if (done) accepted.add(`${s}-${n}`)
          else await setTimeout(20)
        }
      }
    })
    await until(() => accepted.size > 50)
    line.cut()
    await until(() => seen.has(503))
    const before = accepted.size
    line.restore()
    await until(() => accepted.size > before + 50)
    sending = false
    await Promise.all(senders)
    expect([...seen].filter((status) => ![200, 202, 503].includes(status))).toEqual([])
    const { rows } = await cut.database.pool.query<{ event_id: string }>('SELECT event_id FROM inbox')
    const stored = new Set(rows.map(({ event_id }) => event_id))
    expect([...accepted].filter((id) => !stored.has(id))).toEqual([])
    expect(stored.size).toBe(rows.length)
    await cut.close()
    line.close()
  })
})

describe('a replay', () => {
  it('reads stored events again, in order, and leaves waiting ones alone', async () => {
    const source = await createHook(api)
    const ids: string[] = []
    for (const n of [1, 2, 3]) ids.push((await push(api, source, { id: `e${n}`, body: `[${n}]` })).body.id)
    const { cursor } = await createStoredInbox(api.database, source).read(null)
    await api.database.pool.query(`INSERT INTO streams (source_id, name, kind, cursor) VALUES ($1, 'events', 'event', $2)`, [
      source,
      JSON.stringify(cursor),
    ])
    await push(api, source, { id: 'e4', body: '[4]' })
    const answer = await api.post(`/v1/sources/${source}/hooks/replay`, { ids: [ids[0], ids[2]] })
    expectContract(answer, 'replayHooks')
    expect(answer.body.replayed).toBe(2)
    const { events } = await createStoredInbox(api.database, source).read(cursor)
    expect(events.map(({ id }) => id)).toEqual(['e4', 'e1', 'e3'])
    const states = await api.get(`/v1/sources/${source}/hooks?state=stored`)
    expect(states.body.items.map(({ eventId }: { eventId: string }) => eventId)).toEqual(['e2'])
    expect((await push(api, source, { id: 'e1', body: '[1]' })).status).toBe(200)
    expect(problemOf(await api.post(`/v1/sources/${source}/hooks/replay`, {}))).toEqual([422, 'VALIDATION_FAILED'])
    await expect(createStoredInbox(api.database, source).read({ inbox: '99' })).rejects.toMatchObject({ reason: 'CURSOR_IN_FUTURE' })
  })
})

describe('events that nobody reads', () => {
  it('get a run by the reconciler, unless the source is paused, runs already, or waits after a failure', async () => {
    const source = await createHook(api)
    await push(api, source, { body: '{}' })
    await until(async () => (await api.get(`/v1/runs?source=${source}`)).body.items.length === 1)
    const again = () => createPushRuns(api.database, { sourceIds: [source], limit: 10 })
    expect(await again()).toEqual([])
    await api.database.pool.query(`UPDATE sources SET restart_at = now() + interval '1 hour' WHERE id = $1`, [source])
    await api.database.pool.query(`UPDATE runs SET status = 'ended' WHERE source_id = $1`, [source])
    expect(await again()).toEqual([])
    await api.database.pool.query('UPDATE sources SET restart_at = NULL WHERE id = $1', [source])
    await again()
    expect((await api.get(`/v1/runs?source=${source}`)).body.items).toHaveLength(2)
  })
})
