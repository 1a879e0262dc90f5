import { Failure } from '@inlet/connector-sdk'
import { describe, expect, it } from 'vitest'
import { type ApiConfig, configSchema } from '../config.js'
import { buildRequest } from './build-request.js'
import { decideRetry } from './decide-retry.js'
import type { Parents } from './template.js'

const build = (over: object, parents: Parents = [], page: object = {}, base: object = {}) => {
  const config: ApiConfig = configSchema.parse({
    url: 'https://api.test/v1/',
    streams: [{ name: 's', path: '/items', keyFields: ['id'], ...over }],
    ...base,
  })
  const [stream] = config.streams
  if (stream === undefined) throw new Error('no stream')
  return buildRequest(config, { stream, parents, params: { since: '5' } }, { url: null, query: {}, body: {}, ...page })
}

describe('buildRequest', () => {
  it('joins base, path, queries and headers; the more specific wins', () => {
    const request = build(
      { query: { a: 's', list: [1, 2] }, headers: { x: 's' } },
      [],
      { query: { page: '2' } },
      { query: { a: 'c', b: true }, headers: { x: 'c', y: 'c' } },
    )
    expect(request.url).toBe('https://api.test/v1/items?a=s&b=true&list=1&list=2&since=5&page=2')
    expect(request).toMatchObject({ method: 'GET', headers: { accept: 'application/json', x: 's', y: 'c' } })
  })
  it('keeps the query of the path itself, unless a parameter replaces it', () => {
    expect(build({ path: '/items?since=1&k=v' }).url).toBe('https://api.test/v1/items?k=v&since=5')
  })
  it('follows a link as it is', () => {
    expect(build({}, [], { url: 'https://api.test/v1/items?cursor=x' }).url).toBe('https://api.test/v1/items?cursor=x')
  })
  it('fills templates in path, query and body, escaped where needed', () => {
    const parents = [{ id: 'a/b?c', n: 9007199254740993n }, { name: 'ü' }]
    const request = build(
      { path: '/{parent.parent.name}/x/{parent.id}', query: { q: '{parent.id}&' }, method: 'POST', body: { deep: [{ n: '{parent.n}' }] } },
      parents,
    )
    expect(request.url).toBe('https://api.test/v1/%C3%BC/x/a%2Fb%3Fc?q=a%2Fb%3Fc%26&since=5')
    expect(request.body).toEqual({ deep: [{ n: '9007199254740993' }] })
  })
  it.each([[{}], [{ id: null }], [{ id: '' }], [{ id: '..' }], [{ id: '.' }], [{ id: {} }]])('refuses the parent %j', (parent) => {
    expect(() => build({ path: '/x/{parent.id}/y' }, [parent])).toThrow(Failure)
  })
})

describe('decideRetry', () => {
  const decide = (failure: Failure, attempt = 0, random = 0.5) => decideRetry(failure, { attempt, retries: 3, random })
  it.each([
    [new Failure('UPSTREAM_ERROR', ''), 0, 250],
    [new Failure('UPSTREAM_ERROR', ''), 2, 1000],
    [new Failure('CONNECTION_LOST', ''), 1, 500],
    [new Failure('RATE_LIMITED', '', { retryAfterMs: 60_000 }), 0, 60_000],
    [new Failure('UPSTREAM_ERROR', '', { retryAfterMs: 7_000 }), 0, 7_000],
    [new Failure('RATE_LIMITED', '', { retryAfterMs: 0 }), 0, 0],
  ])('case %#: waits', (failure, attempt, ms) => {
    expect(decide(failure, attempt)).toBe(ms)
  })
  it.each([
    new Failure('AUTH_FAILED', ''),
    new Failure('CONTENT_MISMATCH', ''),
    new Failure('CANCELLED', ''),
    new Failure('RATE_LIMITED', '', { retryAfterMs: 61_000 }),
  ])('gives up at once on $reason', (failure) => {
    expect(decide(failure)).toBe(failure)
  })
  it('gives up after the last attempt, with a time to wait for limits', () => {
    expect(decide(new Failure('TIMEOUT', ''), 3)).toMatchObject({ reason: 'TIMEOUT' })
    expect(decide(new Failure('RATE_LIMITED', ''), 3)).toMatchObject({ reason: 'RATE_LIMITED', retryAfterMs: 60_000 })
  })
})
