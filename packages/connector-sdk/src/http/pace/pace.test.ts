import { Failure } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import type { HttpClient, HttpResponse } from '../http-client.js'
import { createLocalPace, createSpacing, gapOf } from './create-local-pace.js'
import { createPacedHttp, toFailedOutcome, toOutcome } from './create-paced-http.js'
import type { Pace, PaceOutcome } from './pace.js'

const now = new Date('2026-01-01T00:00:00Z')
const outcome = (status: number, headers: Record<string, string> = {}) => toOutcome({ status, headers, url: 'https://api.example.com/x' }, now)

describe('what an answer says about limits', () => {
  it('finds a requested pause, whatever the status', () => {
    expect(outcome(429, { 'retry-after': '7' })).toEqual({
      host: 'served',
      refusal: 'https://api.example.com/x answered with status 429',
      cooldownMs: 7_000,
      quota: undefined,
    })
    expect(outcome(403, { 'retry-after': '7' })).toMatchObject({ host: 'served', refusal: expect.stringContaining('403'), cooldownMs: 7_000 })
    expect(outcome(503, { 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' })).toMatchObject({ host: 'failed', cooldownMs: 9_000 })
  })
  it('gives a server that limits without a time two seconds', () => {
    expect(outcome(429)).toMatchObject({ cooldownMs: 2_000 })
    expect(outcome(429, { 'retry-after': 'soon' })).toMatchObject({ cooldownMs: 2_000 })
  })
  it.each([
    ['X-RateLimit of GitHub', { 'x-ratelimit-remaining': '41', 'x-ratelimit-reset': String(now.getTime() / 1000 + 60) }],
    ['RateLimit of the draft', { 'ratelimit-remaining': '41', 'ratelimit-reset': '60' }],
    ['X-Rate-Limit of others', { 'x-rate-limit-remaining': ' 41 ', 'x-rate-limit-reset': '60' }],
  ])('reads the quota: %s', (_name, headers) => {
    expect(outcome(200, headers).quota).toEqual({ remaining: 41, resetMs: 60_000 })
  })
  it('ignores half a quota', () => {
    expect(outcome(200, { 'x-ratelimit-remaining': '41' }).quota).toBeUndefined()
    expect(outcome(200, { 'x-ratelimit-remaining': '-1', 'x-ratelimit-reset': '60' }).quota).toBeUndefined()
  })
  it('distinguishes a host that is down from a page that fails', () => {
    expect([500, 502, 503, 504, 404, 200].map((status) => outcome(status).host)).toEqual(['served', 'failed', 'failed', 'failed', 'served', 'served'])
    expect(toFailedOutcome(new Failure('UNREACHABLE', '')).host).toBe('failed')
    expect(toFailedOutcome(new Failure('CANCELLED', '')).host).toBe('unknown')
  })
})

describe('paced HTTP', () => {
  const answer = { status: 200, headers: {}, url: 'https://a.example:8443/p' } as HttpResponse
  const openWith = (http: HttpClient) => {
    const seen: (string | PaceOutcome)[] = []
    const pace: Pace = {
      take: async ({ host, perMinute }) => void seen.push(`take ${host} ${perMinute}`),
      report: async (_host, result) => void seen.push(result),
    }
    return { seen, http: createPacedHttp(http, pace, () => now) }
  }
  it('waits before, and reports what came back', async () => {
    const { seen, http } = openWith({ request: async () => answer })
    expect(await http.request({ url: 'https://a.example:8443/p', perMinute: 60 })).toBe(answer)
    expect(seen).toEqual(['take a.example:8443 60', { host: 'served', cooldownMs: undefined, quota: undefined }])
  })
  it('reports a request without an answer, and throws its failure', async () => {
    const { seen, http } = openWith({ request: () => Promise.reject(new Failure('TIMEOUT', 'late')) })
    await expect(http.request({ url: 'https://a.example/p' })).rejects.toMatchObject({ reason: 'TIMEOUT' })
    expect(seen.at(-1)).toMatchObject({ host: 'failed', failure: 'TIMEOUT: late' })
  })
  it('does not send what may not be sent', async () => {
    const sent: string[] = []
    const http = createPacedHttp(
      { request: async ({ url }) => (sent.push(url), answer) },
      { take: () => Promise.reject(new Failure('RATE_LIMITED', 'later', { retryAfterMs: 5 })), report: async () => {} },
      () => now,
    )
    await expect(http.request({ url: 'https://a.example/p' })).rejects.toMatchObject({ reason: 'RATE_LIMITED' })
    expect(sent).toEqual([])
  })
  it('leaves what is no URL to the client', async () => {
    const { seen, http } = openWith({ request: () => Promise.reject(new Failure('INVALID_URL', 'no')) })
    await expect(http.request({ url: 'nonsense' })).rejects.toMatchObject({ reason: 'INVALID_URL' })
    expect(seen).toEqual([])
  })
})

describe('spacing', () => {
  it('spaces requests, and does not save up unused time', () => {
    const clock = { ms: 0 }
    const spacing = createSpacing(() => clock.ms)
    expect([1, 2, 3].map(() => spacing.reserve(1000))).toEqual([0, 1000, 2000])
    clock.ms = 60_000
    expect([1, 2].map(() => spacing.reserve(1000))).toEqual([0, 1000])
  })
  it('stays a little below what is allowed', () => expect(60_000 / gapOf(100)).toBeCloseTo(97))
  it('ends a wait with its signal', async () => {
    const pace = createLocalPace(() => 0)
    await pace.take({ host: 'a', perMinute: 1 })
    await pace.take({ host: 'b', perMinute: 1 })
    await expect(pace.take({ host: 'a', perMinute: 1, signal: AbortSignal.abort() })).rejects.toMatchObject({ reason: 'CANCELLED' })
  })
})
