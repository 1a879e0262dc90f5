import { describe, expect, it } from 'vitest'
import { createFailedLogins } from './failed-logins.js'

describe('createFailedLogins', () => {
  it('counts each address separately, for a minute', () => {
    let now = 0
    const logins = createFailedLogins({ limit: 2, now: () => now })
    expect([logins.record('a'), logins.record('a'), logins.record('b')]).toEqual([null, null, null])
    now = 20_000
    expect(logins.record('a')).toBe(40_000)
    now = 60_000
    expect(logins.record('a')).toBeNull()
  })
})
