import { describe, expect, it } from 'vitest'
import { formatRelative } from './format-relative.js'

const now = new Date('2026-11-28T12:00:00Z')

describe('how long ago', () => {
  it.each([
    ['2026-11-28T11:00:00Z', '1 hour ago'],
    ['2026-11-28T12:06:30Z', 'in 6 minutes'],
    ['2026-11-27T11:00:00Z', 'yesterday'],
    ['2026-11-28T12:00:00Z', 'now'],
  ])('%s is %s, whatever the language of the browser', (moment, expected) => {
    expect(formatRelative(new Date(moment), now)).toBe(expected)
  })
})
