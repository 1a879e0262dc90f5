import type { Cursor } from '@inlet/connector-sdk'
import { describe, expect, it } from 'vitest'
import type { StreamPlan } from '../plan/stream-plan.js'
import { cursorAt, doneCursor, parseStart } from './saved-cursor.js'

const column = (name: string) => ({ name, type: null, convert: null, toKey: null, live: null, stored: true })
const full: StreamPlan = {
  stream: 's',
  from: 's AS t',
  columns: [column('id'), column('at')],
  key: [0],
  cursor: null,
  deletes: { sweep: true, soft: false, declared: 'sweep' },
  mapping: { kind: 'row' },
}
const incremental: StreamPlan = { ...full, cursor: { at: 1, kind: 'instant' } }

describe('saved cursors', () => {
  it('come back as they were saved', () => {
    const at = cursorAt(incremental, ['2024-01-01 00:00:00+00', '5'], { horizon: 'h', n: 3 }) as Cursor
    expect(parseStart(at, incremental)).toMatchObject({ row: { v: '2024-01-01 00:00:00+00', k: ['5'], h: 'h' }, runsSinceSweep: 3, outdated: false })
    expect(parseStart(cursorAt(full, ['5'], { horizon: null, n: 0 }) as Cursor, full)).toMatchObject({ key: ['5'], outdated: false })
    expect(parseStart(doneCursor(2), incremental)).toEqual({ row: null, key: null, runsSinceSweep: 2, outdated: false })
  })

  it('start over when cursor or key column is another one now', () => {
    expect(parseStart(cursorAt(full, ['5'], { horizon: null, n: 0 }) as Cursor, incremental)).toMatchObject({ row: null, outdated: true })
    const renamed = { ...incremental, columns: [column('other'), column('at')] }
    expect(parseStart(cursorAt(incremental, ['v', '5'], { horizon: 'h', n: 0 }) as Cursor, renamed)).toMatchObject({ row: null, outdated: true })
  })

  it.each([true, 'x', 5, [], {}, { pk: '5' }, { done: false }, { c: 'at', v: 5, of: [], k: [], h: null }])('refuse %j', (cursor) => {
    expect(() => parseStart(cursor as Cursor, incremental)).toThrow(expect.objectContaining({ reason: 'CURSOR_INVALID' }))
  })

  it('are left out when a key is too long for one', () => {
    expect(cursorAt(full, ['x'.repeat(10_000)], { horizon: null, n: 0 })).toBeUndefined()
  })
})
