import type { Page, StreamSpec } from '@inlet/connector-sdk'
import type { SourceRecord } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { planBackfill } from './plan-backfill.js'

const spec = (name: string, deletes: StreamSpec['deletes'] = 'none'): StreamSpec => ({ name, kind: 'row', incremental: true, deletes })
const record = (key: string, occurredAt?: string | Date): SourceRecord => ({ stream: 'a', key, kind: 'row', data: {}, occurredAt })
const keysOf = (page: Page | undefined): unknown[] => (page?.records ?? []).map(({ key }) => key)

const page: Page = {
  records: [record('early', '2026-01-01T00:00:00Z'), record('first', new Date('2026-02-01T00:00:00Z')), record('end', '2026-03-01'), record('none')],
  unchanged: ['seen'],
  rejected: [{ stream: 'a', reason: 'RECORD_INVALID', message: 'm' }],
  cursor: 7,
  sweep: {},
  progress: { done: 1 },
}

describe('planBackfill', () => {
  it('leaves an ordinary run unchanged', () => {
    const plan = planBackfill(null, [spec('a'), spec('b')])
    expect(plan).toMatchObject({ sweeps: true, mayBeEmpty: false })
    expect(plan.specs).toHaveLength(2)
    expect(plan.keep).toBeUndefined()
  })

  it('reads the stream named, or all, from the beginning with its sweeps', () => {
    expect(planBackfill({ stream: 'b' }, [spec('a'), spec('b')]).specs.map(({ name }) => name)).toEqual(['b'])
    expect(planBackfill({}, [spec('a'), spec('b')])).toMatchObject({ sweeps: true })
    expect(() => planBackfill({ stream: 'gone' }, [spec('a')])).toThrow(expect.objectContaining({ reason: 'NOT_FOUND_UPSTREAM' }))
  })

  it('keeps what occurred within [from, to), its cursor and progress, and never sweeps', () => {
    const plan = planBackfill({ from: '2026-02-01T00:00:00Z', to: '2026-03-01T00:00:00Z' }, [spec('a', 'sweep')])
    expect(plan).toMatchObject({ sweeps: false, mayBeEmpty: true })
    expect(plan.keep?.(page)).toEqual({ records: [page.records[1]], cursor: 7, progress: { done: 1 } })
    expect(keysOf(planBackfill({ from: '2026-02-01T00:00:00Z' }, [spec('a')]).keep?.(page))).toEqual(['first', 'end'])
    expect(keysOf(planBackfill({ to: '2026-02-01T00:00:00Z' }, [spec('a')]).keep?.(page))).toEqual(['early'])
  })

  it('keeps everything but the sweep when it starts from an older cursor, since it does not see earlier records', () => {
    const { sweep: _sweep, ...rest } = page
    expect(planBackfill({ cursorAt: '2026-02-01T00:00:00Z' }, [spec('a', 'sweep')]).keep?.(page)).toEqual(rest)
  })

  it('refuses a range for a stream that replays deletes', () => {
    expect(() => planBackfill({ from: '2026-02-01T00:00:00Z' }, [spec('a')]).check(spec('a', 'events'))).toThrow(
      expect.objectContaining({ reason: 'RANGE_NOT_POSSIBLE' }),
    )
    expect(() => planBackfill({}, [spec('a')]).check(spec('a', 'events'))).not.toThrow()
  })
})
