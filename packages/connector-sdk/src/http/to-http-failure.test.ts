import { describe, expect, it } from 'vitest'
import { toHttpFailure } from './to-http-failure.js'

const now = new Date('2026-11-21T12:00:00Z')
const of = (status: number, headers: Record<string, string> = {}) => toHttpFailure({ status, headers, url: 'https://api.test/items?key=s3' }, now)

describe('toHttpFailure', () => {
  it.each([
    [400, 'UPSTREAM_INVALID'],
    [401, 'AUTH_FAILED'],
    [403, 'PERMISSION_DENIED'],
    [404, 'NOT_FOUND_UPSTREAM'],
    [408, 'UPSTREAM_ERROR'],
    [410, 'NOT_FOUND_UPSTREAM'],
    [422, 'UPSTREAM_INVALID'],
    [429, 'RATE_LIMITED'],
    [500, 'UPSTREAM_ERROR'],
    [503, 'UPSTREAM_ERROR'],
    [599, 'UPSTREAM_ERROR'],
  ])('%i is %s', (status, reason) => {
    expect(of(status)).toMatchObject({ reason, retryAfterMs: undefined })
  })
  it.each([
    [429, { 'retry-after': '7' }, 'RATE_LIMITED', 7000],
    [503, { 'retry-after': '7' }, 'UPSTREAM_ERROR', 7000],
    [500, { 'retry-after': '7' }, 'UPSTREAM_ERROR', undefined],
    [403, { 'retry-after': '7' }, 'RATE_LIMITED', 7000],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now.getTime() / 1000 + 60) }, 'RATE_LIMITED', 60_000],
    [429, { 'ratelimit-remaining': '0', 'ratelimit-reset': '9' }, 'RATE_LIMITED', 9000],
    [403, { 'x-ratelimit-remaining': '12' }, 'PERMISSION_DENIED', undefined],
    [429, { 'retry-after': 'whenever' }, 'RATE_LIMITED', undefined],
  ])('%i with %j is %s after %j ms', (status, headers, reason, retryAfterMs) => {
    expect(of(status, headers as unknown as Record<string, string>)).toMatchObject({ reason, retryAfterMs })
  })
  it('keeps the query out of the message', () => {
    expect(of(500).message).toBe('https://api.test/items answered with status 500')
  })
})
