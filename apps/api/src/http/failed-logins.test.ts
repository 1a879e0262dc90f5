import { describe, expect, it } from 'vitest'
import { createFailedLogins } from './failed-logins.js'

describe('createFailedLogins', () => {
  it('counts each address by itself, for a minute', () => {
    let now = 0
    const logins = createFailedLogins({ limit: 2, now: () => now })
    expect([logins.note('a'), logins.note('a'), logins.note('b')]).toEqual([null, null, null])
    now = 20_000
    expect(logins.note('a')).toBe(40_000)
    now = 60_000
    expect(logins.note('a')).toBeNull()
  })
})
