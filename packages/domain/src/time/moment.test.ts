import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { moment } from './moment.js'

const accepts = (text: unknown): boolean => moment.safeParse(text).success

describe('moment', () => {
  it.each([
    '2026-01-31T00:00:00Z',
    '2026-01-31T00:00:00.123456789Z',
    '2026-01-31T05:45:00+05:45',
    '2026-01-31T00:00:00-12:00',
    '2026-01-31T14:00:00+14:00',
    '2024-02-29T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
  ])('takes %s', (text) => expect(accepts(text)).toBe(true))

  it.each([
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '9999-12-31T23:59:59.9999999Z',
    '10000-01-01T00:00:00Z',
    '+010000-01-01T00:00:00Z',
    '-000001-01-01T00:00:00Z',
    '2026-01-01T00:00:00+23:59',
    '2026-01-01T00:00:00+16:00',
    '2026-01-01T00:00:00-25:00',
    '2026-01-01T00:00:00+10:60',
    '2026-02-30T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2016-12-31T23:59:60Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00Z',
    '2026-01-01',
    '2026-W01-1T00:00:00Z',
    '２０２６-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z\n',
    ' 2026-01-01T00:00:00Z',
    'now',
    'infinity',
    '',
    0,
    null,
  ])('refuses %j', (text) => expect(accepts(text)).toBe(false))

  it('accepts every moment of these years that JavaScript writes, and only what it reads as the same', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }), (date) =>
        accepts(date.toISOString()),
      ),
    )
    const digits = (width: number, max: number) => fc.integer({ min: 0, max }).map((value) => String(value).padStart(width, '0'))
    const anything = fc
      .tuple(
        digits(4, 9_999),
        digits(2, 13),
        digits(2, 32),
        digits(2, 24),
        digits(2, 60),
        digits(2, 60),
        fc.constantFrom('Z', '+05:30', '-15:59', '+16:00'),
      )
      .map(([y, mo, d, h, mi, s, zone]) => `${y}-${mo}-${d}T${h}:${mi}:${s}${zone}`)
    fc.assert(
      fc.property(anything, (text) => {
        fc.pre(accepts(text))
        const local = new Date(`${text.slice(0, 19)}Z`)
        expect(local.toISOString().slice(0, 19)).toBe(text.slice(0, 19))
        expect(new Date(text).toISOString()).toMatch(/^(?!0000)\d{4}-/)
      }),
    )
  })
})
