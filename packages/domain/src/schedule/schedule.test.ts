import { describe, expect, it } from 'vitest'
import { Failure } from '../errors/failure.js'
import { isRare, nextTick, parseSchedule, ticksBetween } from './schedule.js'

const reasonOf = (work: () => unknown): string => {
  try {
    work()
    return 'accepted'
  } catch (error) {
    return error instanceof Failure ? `${error.reason} ${error.field}` : String(error)
  }
}

describe('parseSchedule', () => {
  it.each([
    '',
    ' ',
    '*',
    '* * * *',
    '0 * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * 32 * *',
    '* * * 13 *',
    '* * * * 8',
    '*/0 * * * *',
    '5-1 * * * *',
    '1,,2 * * * *',
    ',1 * * * *',
    '*/61 * * * *',
    'H * * * *',
    '@reboot',
    '@daily',
    '５ * * * *',
    '0 0 L * *',
    '0 0 * * 1#2',
    '? * * * *',
    '-1 * * * *',
    '1- * * * *',
    '1-2-3 * * * *',
    '*/ * * * *',
    '1.5 * * * *',
    '1e1 * * * *',
    '0x1 * * * *',
    '* * * foo *',
    '* * * * foo',
    '0\t0 * * *',
    '0 0 * * *\n',
    '0 0 * * \u00a0*',
  ])('refuses %j', (cron) => {
    expect(reasonOf(() => parseSchedule(cron))).toBe('INVALID_CRON schedule.cron')
  })

  it.each([
    ['５ * * * *', '"５" (U+FF15) is not allowed'],
    ['0 ０ * * *', '"０" (U+FF10) is not allowed'],
    ['0\t0 * * *', 'the character U+0009 is not allowed'],
    ['0 0 * * \u00a0*', 'the character U+00A0 is not allowed'],
    ['\u202e0 0 * * *', 'the character U+202E is not allowed'],
    ['* * * *', '"* * * *" has 4 fields; it needs five'],
    ['@daily', '"@daily" has one field; it needs five'],
    ['1,,2 * * * *', 'a value is missing for minute'],
    ['* * * foo *', '"foo" is not a month'],
    [`0 0 * * ${'1,'.repeat(600)}1`, 'at most 1000 characters'],
  ])('says of %j what is wrong with it', (cron, message) => {
    expect(() => parseSchedule(cron)).toThrow(message)
  })

  it.each(['0 0 31 2 *', '0 0 30 2 *', '0 0 31 4,6,9,11 *'])('says that %j never fires', (cron) => {
    expect(reasonOf(() => parseSchedule(cron))).toBe('CRON_NEVER_FIRES schedule.cron')
  })

  it.each(['Mars/Phobos', '', 'Europe', '+02:00', 'UTC; drop', 'a'.repeat(5_000)])('refuses the time zone %j', (zone) => {
    expect(reasonOf(() => parseSchedule('0 0 * * *', zone))).toBe('INVALID_TIMEZONE schedule.timeZone')
  })

  it.each([
    '* * * * *',
    '*/15 * * * *',
    '0 9-17 * * mon-fri',
    '0 0 1,15 * *',
    '0 0 29 2 *',
    '5/20 * * * *',
    '0 0 * JAN-MAR *',
    '0 0 * * 0',
    '0 0 * * 7',
    '59 23 31 12 6',
    '0,*/15 * * * *',
    '*,5 * * * *',
    '0 0 * * 0,7',
    '0 0 * * sun,0,7',
    '0-10,5-15 9-17,12 1,1 jan,1 *',
    '0 0 31 2 1',
  ])('accepts %j', (cron) => {
    expect(parseSchedule(cron, 'Europe/Berlin')).toEqual({ cron, timeZone: 'Europe/Berlin' })
  })

  it('writes one form for the same schedule', () => {
    expect(parseSchedule('  0   0 * *  * ').cron).toBe('0 0 * * *')
  })
})

describe('days', () => {
  const days = (cron: string, from: string, count: number): string[] => {
    const found: string[] = []
    for (let at = new Date(from); found.length < count; found.push(at.toISOString().slice(0, 10))) at = nextTick({ cron, timeZone: 'UTC' }, at)
    return found
  }
  it('need match one of two restricted day fields, and both when one of them is *', () => {
    expect(days('0 0 13 * 5', '2026-10-31', 4)).toEqual(['2026-11-06', '2026-11-13', '2026-11-20', '2026-11-27'])
    expect(days('0 0 13 * *', '2026-10-31', 2)).toEqual(['2026-11-13', '2026-12-13'])
    expect(days('0 0 * 12 5', '2026-10-31', 2)).toEqual(['2026-12-04', '2026-12-11'])
    expect(days('0 0 31 2 1', '2026-10-31', 2)).toEqual(['2027-02-01', '2027-02-08'])
  })
  it('accept Sunday as 0 and 7, alone, in ranges and with steps', () => {
    for (const sunday of ['0', '7', 'sun', '0,7', '*/7']) expect(days(`0 0 * * ${sunday}`, '2026-11-01', 2)).toEqual(['2026-11-08', '2026-11-15'])
    expect(days('0 0 * * 5-7', '2026-11-01', 3)).toEqual(['2026-11-06', '2026-11-07', '2026-11-08'])
    expect(days('0 0 * * 1/2', '2026-11-01', 4)).toEqual(['2026-11-02', '2026-11-04', '2026-11-06', '2026-11-08'])
  })
  it('fire once for a value that is named twice', () => {
    const ticks = (cron: string) => ticksBetween({ cron, timeZone: 'UTC' }, new Date('2026-11-01'), new Date('2026-11-03'), 500).ticks
    expect(ticks('0,*/15 * * * *')).toEqual(ticks('*/15 * * * *'))
    expect(ticks('5-20,10-30 1,1 * * *')).toEqual(ticks('5-30 1 * * *'))
  })
})

describe('a midnight that does not exist', () => {
  it.each([
    ['0 0 5 9 *', 'America/Santiago', '2027-09-05T04:00:00.000Z'],
    ['0 0 14 3 *', 'America/Havana', '2027-03-14T05:00:00.000Z'],
    ['30 0 30 4 *', 'Africa/Cairo', '2027-04-29T22:30:00.000Z'],
    ['0 0 * * *', 'America/Santiago', '2027-09-05T04:00:00.000Z', '2027-09-04T12:00:00Z'],
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T15:45:00.000Z', '2026-10-03T12:00:00Z'],
  ])('makes %s in %s run late instead of a year later', (cron, timeZone, expected, after = '2026-11-15T00:00:00Z') => {
    expect(nextTick({ cron, timeZone }, new Date(after)).toISOString()).toBe(expected)
  })
})

describe('ticks at a change of the clock in Berlin', () => {
  const ticks = (cron: string, from: string, to: string): string[] =>
    ticksBetween({ cron, timeZone: 'Europe/Berlin' }, new Date(from), new Date(to), 1_000).ticks.map((tick) => tick.toISOString())

  it('fires once for a local slot that occurs twice', () => {
    // 25 October 2026: 03:00 CEST becomes 02:00 CET, so 02:30 occurs at 00:30Z and 01:30Z.
    expect(ticks('30 2 * * *', '2026-10-24T22:00:00Z', '2026-10-25T22:00:00Z')).toHaveLength(1)
  })
  it('fires once, an hour late at most, for a local slot that does not occur', () => {
    // 29 March 2026: 02:00 CET becomes 03:00 CEST.
    const fired = ticks('30 2 * * *', '2026-03-28T22:00:00Z', '2026-03-29T21:00:00Z')
    expect(fired).toHaveLength(1)
    expect(['2026-03-29T01:00:00.000Z', '2026-03-29T01:30:00.000Z']).toContain(fired[0])
  })
  it('keeps an hourly schedule strictly ascending, without duplicates', () => {
    for (const day of ['2026-03-29', '2026-10-25']) {
      const fired = ticks('0 * * * *', `${day}T00:00:00Z`, `${day}T23:59:00Z`)
      expect(new Set(fired).size).toBe(fired.length)
      expect([...fired].sort()).toEqual(fired)
    }
  })
})

describe('nextTick, ticksBetween and isRare', () => {
  const minutes = { cron: '* * * * *', timeZone: 'UTC' }
  it('is strictly after the moment', () => {
    expect(nextTick(minutes, new Date('2026-01-01T00:00:00.000Z')).toISOString()).toBe('2026-01-01T00:01:00.000Z')
    expect(nextTick(minutes, new Date('2025-12-31T23:59:59.999Z')).toISOString()).toBe('2026-01-01T00:00:00.000Z')
  })
  it('excludes the start and includes the end', () => {
    const { ticks, more } = ticksBetween(minutes, new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T00:03:00Z'), 10)
    expect([ticks.length, ticks.at(-1)?.toISOString(), more]).toEqual([3, '2026-01-01T00:03:00.000Z', 0])
  })
  it('keeps the latest and counts the others', () => {
    const { ticks, more } = ticksBetween(minutes, new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T01:00:00Z'), 10)
    expect([ticks.length, ticks[0]?.toISOString(), more]).toEqual([10, '2026-01-01T00:51:00.000Z', 50])
  })
  it('finds nothing between two ticks', () => {
    expect(ticksBetween({ cron: '0 0 1 1 *', timeZone: 'UTC' }, new Date('2026-02-01'), new Date('2026-11-01'), 10)).toEqual({ ticks: [], more: 0 })
  })
  it('handles 29 February, and reports it as rare', () => {
    const leap = { cron: '0 0 29 2 *', timeZone: 'UTC' }
    expect(nextTick(leap, new Date('2026-01-01')).toISOString()).toBe('2028-02-29T00:00:00.000Z')
    expect(isRare(leap, new Date('2026-01-01'))).toBe(true)
    expect(isRare({ cron: '0 0 1 1 *', timeZone: 'UTC' }, new Date('2026-01-01'))).toBe(false)
  })
})
