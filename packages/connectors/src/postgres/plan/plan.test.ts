import { Failure, keyHash } from '@inlet/connector-sdk'
import { describe, expect, it } from 'vitest'
import { chooseCursor } from '../../sql/plan/make-plan.js'
import { createKeyOf, createRecordOf } from '../../sql/plan/make-record.js'
import { selectBeyondHorizon, selectKeys, selectOrdered } from '../../sql/plan/select.js'
import { decideDeletes, type StreamPlan } from '../../sql/plan/stream-plan.js'
import { roleValuesOf } from '../values/column-values.js'
import { SCALAR_CONVERTERS } from '../values/converters.js'
import { OID } from '../values/oids.js'
import { cursorKindOf, postgresSyntax } from './syntax.js'

const column = (name: string, type: keyof typeof OID, stored = true) => ({
  name,
  type: OID[type],
  convert: SCALAR_CONVERTERS.get(OID[type]) ?? null,
  ...roleValuesOf(OID[type]),
  stored,
})

const planOf = (changes: Partial<StreamPlan<number>> = {}): StreamPlan<number> => ({
  stream: 'public.t',
  from: '"public"."t" AS t',
  columns: [column('id', 'int8'), column('at', 'timestamptz'), column('na"me', 'text'), column('gone', 'bool')],
  key: [0],
  cursor: { at: 1, kind: 'instant' },
  deletes: { sweep: false, soft: false, declared: 'none' },
  mapping: { kind: 'row' },
  ...changes,
})
const NOTHING = { from: null, before: null, to: null }

describe('statements', () => {
  it('orders by cursor and key and quotes names', () => {
    expect(selectOrdered(postgresSyntax, planOf(), NOTHING)).toEqual({
      text: 'SELECT "id", "at", "na""me", "gone" FROM "public"."t" AS t ORDER BY "at", "id"',
      values: [],
    })
  })

  it('bounds by pairs, inclusive below', () => {
    const { text, values } = selectOrdered(postgresSyntax, planOf(), { from: ['2024-01-01', '5'], before: ['2024-01-02', '7'], to: '2024-01-03' })
    expect(text).toContain('WHERE ("at", "id") >= ($1, $2) AND ("at", "id") < ($3, $4) AND ("at") <= ($5) ORDER BY')
    expect(values).toEqual(['2024-01-01', '5', '2024-01-02', '7', '2024-01-03'])
  })

  it('bounds by the cursor alone', () => {
    expect(selectOrdered(postgresSyntax, planOf(), { ...NOTHING, from: ['2024-01-01'] }).text).toContain('WHERE ("at") >= ($1) ORDER BY')
  })

  it('reads a table without cursor by key, and one without key in no order', () => {
    expect(selectOrdered(postgresSyntax, planOf({ cursor: null, key: [0, 2] }), { ...NOTHING, from: ['1', 'x'] }).text).toContain(
      'WHERE ("id", "na""me") >= ($1, $2) ORDER BY "id", "na""me"',
    )
    expect(selectOrdered(postgresSyntax, planOf({ cursor: null, key: [] }), NOTHING).text).not.toContain('ORDER BY')
  })

  it('finds what cannot move the cursor', () => {
    expect(selectBeyondHorizon(postgresSyntax, planOf(), '2024-01-01').text).toContain(`WHERE "at" IS NULL OR "at" > $1 OR "at" = '-infinity'`)
    expect(selectBeyondHorizon(postgresSyntax, planOf({ cursor: { at: 0, kind: 'integer' } }), null).text).toContain('WHERE "id" IS NULL')
  })

  it('sweeps live rows only, up to a position', () => {
    const plan = planOf({ deletes: { sweep: true, soft: true, declared: 'sweep' }, mapping: { kind: 'row', softDeleteColumn: 'gone' } })
    expect(selectKeys(postgresSyntax, plan, ['9']).text).toBe(
      `SELECT "id" FROM "public"."t" AS t WHERE ("gone" IS NULL OR "gone" = 'f') AND ("id") <= ($1)`,
    )
  })
})

describe('records', () => {
  const read = (plan: StreamPlan<number>, row: readonly (string | null)[]) => createRecordOf(plan, createKeyOf(plan.columns, plan.key))(row)

  it('keeps key and values exact', () => {
    expect(read(planOf(), ['9007199254740993', '2024-01-01 00:00:00.000001+00', null, 't'])).toEqual({
      stream: 'public.t',
      key: 9007199254740993n,
      kind: 'row',
      data: { id: 9007199254740993n, at: '2024-01-01T00:00:00.000001Z', 'na"me': null, gone: true },
    })
  })

  it('builds composite keys in the requested order', () => {
    expect(read(planOf({ key: [2, 0] }), ['1', null, 'x', 'f']).key).toEqual(['x', 1n])
  })

  it('hashes the row where there is no key', () => {
    const row = ['1', null, 'x', 'f']
    expect(read(planOf({ key: [] }), row).key).toBe(keyHash(row))
  })

  it('refuses a key of NULL', () => {
    const reason = (): string => {
      try {
        read(planOf({ key: [2] }), ['1', null, null, 'f'])
        return 'none'
      } catch (error) {
        return (error as Failure).reason
      }
    }
    expect(reason()).toBe('RECORD_KEY_MISSING')
  })

  it('maps title, text and time, and leaves out what is not stored', () => {
    const plan = planOf({
      columns: [column('id', 'int4'), column('at', 'timestamptz', false), column('title', 'text'), column('body', 'text')],
      mapping: { kind: 'document', titleColumn: 'title', textColumns: ['title', 'body'], occurredAtColumn: 'at' },
    })
    expect(read(plan, ['1', '2024-01-01 00:00:00+00', 'A', 'B'])).toEqual({
      stream: 'public.t',
      key: 1,
      kind: 'document',
      title: 'A',
      text: 'A\nB',
      occurredAt: '2024-01-01T00:00:00Z',
      data: { id: 1, title: 'A', body: 'B' },
    })
    expect(read(plan, ['1', 'infinity', null, ''])).toEqual({ stream: 'public.t', key: 1, kind: 'document', data: { id: 1, title: null, body: '' } })
  })

  it('turns a marked row into a delete', () => {
    const plan = planOf({ deletes: { sweep: false, soft: true, declared: 'events' }, mapping: { kind: 'row', softDeleteColumn: 'gone' } })
    expect(read(plan, ['1', null, null, 't']).op).toBe('delete')
    expect(read(plan, ['1', null, null, 'f']).op).toBeUndefined()
    expect(read(plan, ['1', null, null, null]).op).toBeUndefined()
  })

  it('keeps a column named __proto__ a column', () => {
    const { data } = read(planOf({ columns: [column('id', 'int4'), column('__proto__', 'text')], cursor: null }), ['1', 'x'])
    expect(Object.entries(data)).toEqual([
      ['id', 1],
      ['__proto__', 'x'],
    ])
  })
})

describe('decisions', () => {
  it('sweeps on its own only where all rows are read anyway', () => {
    expect(decideDeletes({ deletes: 'auto' }, { kind: 'row' }, false).declared).toBe('sweep')
    expect(decideDeletes({ deletes: 'auto' }, { kind: 'row' }, true).declared).toBe('none')
    expect(decideDeletes({ deletes: 'auto' }, { kind: 'row', softDeleteColumn: 'd' }, true)).toEqual({ sweep: false, soft: true, declared: 'events' })
    expect(decideDeletes({ deletes: 'none' }, { kind: 'row', deletes: 'sweep' }, true).declared).toBe('sweep')
    expect(decideDeletes({ deletes: 'none' }, { kind: 'row', softDeleteColumn: 'd' }, false).declared).toBe('none')
  })

  it('takes the first candidate with a usable type', () => {
    expect([OID.text, OID.date].map(cursorKindOf)).toEqual([null, 'date'])
    const columns = ['modified']
    expect(chooseCursor(undefined, ['updated', 'modified'], columns)).toBe('modified')
    expect(chooseCursor(undefined, [], columns)).toBeNull()
    expect(chooseCursor(null, ['modified'], columns)).toBeNull()
    expect(chooseCursor('absent', ['modified'], columns)).toBe('absent')
  })
})
