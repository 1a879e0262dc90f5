import { createHmac, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createEgressGuard, createHttpClient } from '@inlet/connector-sdk'
import { createSink } from '@inlet/db'
import { createSecretRegistry } from '@inlet/observability'
import { createMasterKeyText, createSigningSecret, parseKeyring, sealSecrets } from '@inlet/security'
import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { trySink } from './try-sink.js'

const keyring = parseKeyring(createMasterKeyText('k1'))
const [secret, previous] = [createSigningSecret(), createSigningSecret()]
let store: TestStore
let url = ''
let seen: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = []
/** The receiver's response; null: it hangs up. */
let answer: readonly [status: number, body?: string] | null = [204]

const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  seen.push({ headers: request.headers, body: await text(request) })
  if (answer === null) request.socket.destroy()
  else response.writeHead(answer[0], { location: '/elsewhere', 'content-type': 'text/plain' }).end(answer[1])
}
const server = createServer((request, response) => void receive(request, response))
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`
})
beforeEach(() => {
  seen = []
  answer = [204]
})
afterAll(async () => {
  server.close()
  await store.close()
})

const addSink = async (): Promise<string> => {
  const id = randomUUID()
  const sealed = sealSecrets(keyring, { ownerId: id, version: 1 }, { secret, previous, url })
  const rest = { kind: 'webhook' as const, stream: null, recordKind: null, position: null, sources: [], batchSize: 100 }
  // Paused, so that nothing else is delivered to it.
  await createSink(store.database, { id, name: id, url, sealed, active: false, ...rest }, 'test')
  return id
}

const tryIt = async (sinkId: string, allow: readonly string[] = ['127.0.0.1']) => {
  const http = createHttpClient({ guard: createEgressGuard({ allow }), transport: 'node' })
  try {
    return await trySink({ database: store.database, keyring, secrets: createSecretRegistry(), http }, { sinkId }, new AbortController().signal)
  } finally {
    http.close()
  }
}

const stateOf = (id: string) => store.rows('SELECT * FROM sinks WHERE id = $1', [id])

describe('a test message to a sink', () => {
  it('is marked, signed with all current secrets, and changes nothing about the sink', async () => {
    const id = await addSink()
    await store.rows(`UPDATE sinks SET previous_until = now() + interval '1 hour' WHERE id = $1`, [id])
    const before = await stateOf(id)
    expect(await tryIt(id)).toEqual({ delivered: true, status: 204, error: null, durationMs: expect.any(Number) })
    expect(await stateOf(id)).toEqual(before)
    const [{ headers, body }] = seen as [(typeof seen)[number]]
    expect(JSON.parse(body)).toEqual({
      type: 'test',
      timestamp: expect.any(String),
      data: { sink: { id, name: id }, message: expect.stringContaining('This is a test') },
    })
    const sign = (key: string) =>
      createHmac('sha256', Buffer.from(key.slice('whsec_'.length), 'base64'))
        .update([headers['webhook-id'], headers['webhook-timestamp'], body].join('.'))
        .digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${sign(secret)} v1,${sign(previous)}`)
    expect(headers['webhook-id']).toMatch(/^msg_test_/u)
  })

  it.each([
    ['refuses it, with what it says', [401, 'the signature is wrong'], { status: 401, error: 'the receiver answers 401: the signature is wrong' }],
    ['sends it elsewhere, where it does not go', [307], { status: 307, error: 'the receiver answers 307' }],
    ['is gone, which ends nothing', [410], { status: 410, error: 'the receiver answers 410' }],
    ['hangs up', null, { status: null, error: expect.stringContaining('CONNECTION_LOST') }],
  ] as const)('says when the receiver %s', async (_, given, expected) => {
    const id = await addSink()
    answer = given
    const before = await stateOf(id)
    expect(await tryIt(id)).toMatchObject({ delivered: false, ...expected })
    expect([seen.length, await stateOf(id)]).toEqual([1, before])
  })

  it('goes nowhere the operator does not permit, names no path, and needs a sink', async () => {
    const { status, error } = await tryIt(await addSink(), [])
    expect([status, error]).toEqual([null, expect.stringContaining('URL_BLOCKED_ADDRESS')])
    expect([seen, error?.includes('secret-path')]).toEqual([[], false])
    await expect(tryIt(randomUUID())).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  })
})
