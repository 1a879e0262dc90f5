import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { readRawBody } from './read-raw-body.js'

const requestOf = (): { request: IncomingMessage; body: PassThrough } => {
  const body = new PassThrough()
  return { request: Object.assign(body, { headers: {} }) as unknown as IncomingMessage, body }
}

describe('readRawBody', () => {
  it('gives up on a sender that trickles bytes forever', async () => {
    const { request, body } = requestOf()
    const drip = setInterval(() => body.write('x'), 5)
    await expect(readRawBody(request, { maxBytes: 1_000_000, bodyMs: 60, what: 'a body' })).rejects.toMatchObject({ reason: 'BODY_TOO_SLOW' })
    clearInterval(drip)
  })

  it('reads what comes in time, and refuses what is too large', async () => {
    const good = requestOf()
    const read = readRawBody(good.request, { maxBytes: 10, bodyMs: 60_000, what: 'a body' })
    good.body.write('ab')
    good.body.end('c')
    expect((await read).toString()).toBe('abc')
    const large = requestOf()
    large.body.end('x'.repeat(11))
    await expect(readRawBody(large.request, { maxBytes: 10, bodyMs: 60_000, what: 'a body' })).rejects.toMatchObject({ reason: 'PAYLOAD_TOO_LARGE' })
  })
})
