import { describe, expect, it } from 'vitest'
import { Failure, toFailure } from './failure.js'
import { FAILURE_CODES } from './failure-codes.js'
import { isReason, REASONS } from './reasons.js'

describe('Failure', () => {
  it('takes class and next step from the table', () => {
    const cause = new Error('socket')
    const failure = new Failure('RATE_LIMITED', 'slow down', { retryAfterMs: 5, field: 'config.url', cause })
    expect(new Failure('RATE_LIMITED', 'slow down', { retryAfterMs: 599_131.203 }).retryAfterMs).toBe(599_132)
    expect(failure).toMatchObject({ code: 'rate_limited', retryAfterMs: 5, field: 'config.url', cause, next: REASONS.RATE_LIMITED.next })
    expect(new Failure('RATE_LIMITED', 'x', { next: 'do this' }).next).toBe('do this')
  })
  it.each(Object.entries(REASONS))('%s has a known class and a next step', (_reason, rule) => {
    expect(Object.keys(FAILURE_CODES)).toContain(rule.code)
    expect(rule.next.length).toBeGreaterThan(10)
  })
  it('recognizes its reasons', () => {
    expect([isReason('INTERNAL'), isReason('toString'), isReason('')]).toEqual([true, false, false])
  })
})

describe('toFailure', () => {
  const inner = new Failure('AUTH_FAILED', 'no')
  it.each<[unknown, string]>([
    [inner, 'AUTH_FAILED'],
    [new Error('reading page 3', { cause: inner }), 'AUTH_FAILED'],
    [new DOMException('stop', 'AbortError'), 'CANCELLED'],
    [Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }), 'DISK_FULL'],
    [Object.assign(new Error('EDQUOT: disk quota exceeded'), { code: 'EDQUOT' }), 'DISK_FULL'],
    [new TypeError('x is undefined'), 'INTERNAL'],
    ['text', 'INTERNAL'],
    [undefined, 'INTERNAL'],
  ])('%# becomes %s', (thrown, reason) => {
    expect(toFailure(thrown).reason).toBe(reason)
  })
})
