import { describe, expect, it } from 'vitest'
import { webConfig } from '../config.js'
import { createAgainList, formatCursor, parseCursor, settingsFingerprint } from './crawl-cursor.js'
import { formatMark, parseMark } from './page-mark.js'

describe('mark of a page', () => {
  const mark = { c: '0123456789abcdef', h: 'fedcba9876543210', d: 2, g: 3, e: '"x"', m: 'Tue, 01 Jan 2030 00:00:00 GMT', p: 1 as const }

  it('comes back as it was', () => {
    expect(parseMark(formatMark(mark))).toEqual(mark)
  })

  it('stays small, leaving out what is absurd', () => {
    const text = formatMark({ ...mark, e: 'x'.repeat(5_000), m: 'ä', s: 'y'.repeat(5_000) })
    expect(Buffer.byteLength(text)).toBeLessThan(1_024)
    expect(parseMark(text)).toMatchObject({ c: mark.c, d: 2 })
  })

  it.each([null, '', 'etag', '{}', '{"c":1}', '[]'])('takes %j for none', (validator) => {
    expect(parseMark(validator)).toBeNull()
  })
})

describe('cursor', () => {
  it('comes back as it was', () => {
    const cursor = { generation: 3, settings: 'x', again: [['https://e.com/a', 2]] as const }
    expect(parseCursor(formatCursor(cursor))).toEqual(cursor)
    expect(parseCursor(null)).toBeNull()
  })

  it.each([[true], ['x'], [{}], [{ v: 2, generation: 1, settings: 'x', again: [] }]])('refuses %j', (cursor) => {
    expect(() => parseCursor(cursor)).toThrow(expect.objectContaining({ reason: 'CURSOR_INVALID' }))
  })

  it('has room for a bounded list', () => {
    const again = createAgainList()
    let fitted = 0
    while (again.add(`https://e.com/${'x'.repeat(500)}/${fitted}`, 1)) fitted++
    expect(fitted).toBeGreaterThan(5)
    expect(JSON.stringify(again.entries).length).toBeLessThan(7_500)
  })

  it('knows the settings that decide what is found', () => {
    const config = webConfig.parse({ startUrls: ['https://e.com/'] })
    expect(settingsFingerprint({ ...config, concurrency: 9 })).toBe(settingsFingerprint(config))
    expect(settingsFingerprint({ ...config, include: ['/a'] })).not.toBe(settingsFingerprint(config))
  })
})
