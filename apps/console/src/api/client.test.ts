import { describe, expect, it } from 'vitest'
import { createClient, parseExactly, toQuery } from './client.js'

const answer = (status: number, body: unknown = {}): Response => new Response(status === 204 ? null : JSON.stringify(body), { status })

describe('the client', () => {
  it('repeats what an expired session refused, once somebody has signed in again', async () => {
    const seen: (string | null)[] = []
    let signedIn = false
    const client = createClient(async (_url, init) => {
      seen.push(new Headers(init?.headers).get('x-inlet-csrf'))
      return signedIn ? answer(200, { done: true }) : answer(401)
    })
    client.resume('old')
    const expiries: boolean[] = []
    client.onExpiry((isExpired) => expiries.push(isExpired))
    const first = client.call('POST', '/v1/x', { body: { typed: 'text' } })
    const second = client.call('GET', '/v1/y')
    await new Promise((resolve) => setTimeout(resolve))
    expect(expiries).toEqual([true])
    signedIn = true
    client.resume('new')
    expect(await Promise.all([first, second])).toEqual([{ done: true }, { done: true }])
    expect(seen).toEqual(['old', null, 'new', null])
  })

  it('distinguishes an API that does not answer from one that refuses', async () => {
    const away = createClient(async () => {
      throw new TypeError('fetch failed')
    })
    await expect(away.call('GET', '/v1/x')).rejects.toMatchObject({ status: 0 })
    const refusing = createClient(async () => answer(422, { detail: 'no', code: 'VALIDATION_FAILED' }))
    await expect(refusing.call('GET', '/v1/x')).rejects.toMatchObject({ status: 422, message: 'no', request: { method: 'GET', path: '/v1/x' } })
  })

  it.skipIf(!('rawJSON' in JSON))('keeps all digits of long numbers', () => {
    const text = '{"id":9007199254740993,"price":0.12345678901234567891,"n":1.5}'
    expect(JSON.stringify(parseExactly(text))).toBe(text)
    expect(parseExactly('{"n":1700000000000.5,"at":1.50}')).toEqual({ n: 1_700_000_000_000.5, at: 1.5 })
  })

  it('leaves out what is not given', () => {
    expect(toQuery({ a: 1, b: null, c: undefined, d: '', e: ['x', 'y'], f: false })).toBe('?a=1&e=x&e=y&f=false')
  })
})
