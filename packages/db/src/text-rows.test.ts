import { describe, expect, it } from 'vitest'
import { textToDate, textToNumber } from './sql-parts.js'

describe('rows read as text', () => {
  it('give the times that the server wrote', () => {
    expect(textToDate('2026-11-29 10:00:00+00')).toEqual(new Date('2026-11-29T10:00:00.000Z'))
    expect(textToDate('2026-11-29 10:00:00.5+00')).toEqual(new Date('2026-11-29T10:00:00.500Z'))
    expect(textToDate('0001-01-01 00:00:00.123456+00')).toEqual(new Date('0001-01-01T00:00:00.123Z'))
    expect(textToDate(null)).toBeNull()
  })

  it('give numbers, and null for null', () => {
    expect([textToNumber('0'), textToNumber('42'), textToNumber(null)]).toEqual([0, 42, null])
  })
})
