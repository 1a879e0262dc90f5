import { describe, expect, it } from 'vitest'
import { compileEndpoint, compileStatuses } from './create-filter.js'

describe('statuses', () => {
  it.each([
    [['404'], 404, true],
    [[404], 403, false],
    [['4xx', '502'], 499, true],
    [['5XX'], 499, false],
    [['500-503'], 503, true],
    [['500 - 503'], 504, false],
  ])('%j and %d', (list, status, wanted) => expect(compileStatuses(list)?.has(status)).toBe(wanted))

  it.each(['abc', '4x', '600-500', '99', '4xx-5xx', ''])('refuses %j', (entry) => expect(() => compileStatuses([entry])).toThrow(RangeError))
})

describe('endpoints', () => {
  it.each([
    ['/api/v1/*', '/api/v1/users/7', true],
    ['/api/v1/*', '/api/v2/users', false],
    ['/api/*/items', '/api/v1/items', true],
    ['/api/*/items', '/api/items', false],
    ['*.php', '/x/y.php', true],
    ['/a*a', '/a', false],
    ['/health', '/health', true],
    ['/health', '/healthz', false],
    ['*', '', true],
  ])('%s and %s', (pattern, path, wanted) => expect(compileEndpoint(pattern)(path)).toBe(wanted))

  it('takes no exponential time', () => expect(compileEndpoint('*a'.repeat(200))('a'.repeat(100_000).concat('b'))).toBe(false))
})
