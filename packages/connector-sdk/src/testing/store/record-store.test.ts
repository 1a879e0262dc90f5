import type { SourceRecord } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import type { StreamSpec } from '../../connector.js'
import { createRecordStore } from './record-store.js'

const spec: StreamSpec = { name: 's', kind: 'row', incremental: true, deletes: 'sweep' }
const row = (key: SourceRecord['key'], value: number, more: Partial<SourceRecord> = {}): SourceRecord => ({
  stream: 's',
  key,
  kind: 'row',
  data: { value },
  ...more,
})

describe('the scribe in memory', () => {
  it('distinguishes inserted, updated, unchanged and deleted', () => {
    const run = createRecordStore().beginRun(spec)
    expect(run.apply({ records: [row(1, 1), row(2, 1)] })).toEqual({ inserted: 2, updated: 0, unchanged: 0, deleted: 0 })
    expect(run.apply({ records: [row(1, 1), row(2, 2), row(3, 1)] })).toEqual({ inserted: 1, updated: 1, unchanged: 1, deleted: 0 })
    expect(run.apply({ records: [row(1, 0, { op: 'delete' }), row(9, 0, { op: 'delete' })] })).toMatchObject({ deleted: 1 })
  })

  it('keeps the number 1 and the text "1" apart', () => {
    const store = createRecordStore()
    expect(store.beginRun(spec).apply({ records: [row(1, 1), row('1', 1)] }).inserted).toBe(2)
  })

  it('sweeps what this run has neither yielded nor called unchanged, within the scope', () => {
    const store = createRecordStore()
    store
      .beginRun(spec)
      .apply({ records: [row(1, 1, { scope: 'a' }), row(2, 1, { scope: 'a' }), row(3, 1, { scope: 'b' }), row(4, 1, { scope: 'a' })] })
    const run = store.beginRun(spec)
    run.apply({ records: [row(1, 2, { scope: 'a' })], unchanged: [2] })
    expect(run.apply({ records: [], sweep: { scope: 'a' } }).deleted).toBe(1)
    expect([...store.snapshot('s').keys()]).toEqual(['1', '2', '3'])
    expect(run.apply({ records: [], sweep: {} }).deleted).toBe(1)
  })

  it('answers validators as ctx.known does and copies at a checkpoint', async () => {
    const store = createRecordStore()
    store.beginRun(spec).apply({ records: [row('b', 1, { validator: 'v1' }), row('a', 1)], cursor: 1 })
    const copy = store.clone()
    store.beginRun(spec).apply({ records: [row('b', 0, { op: 'delete' })], cursor: 2 })
    expect(await store.known.lookup('s', ['a', 'b'])).toEqual(new Map([['a', null]]))
    expect(await copy.known.lookup('s', ['a', 'b'])).toEqual(
      new Map([
        ['a', null],
        ['b', 'v1'],
      ]),
    )
    expect([copy.cursor('s'), store.cursors('s')]).toEqual([1, [1, 2]])
  })

  it.each<[string, Parameters<ReturnType<typeof createRecordStore>['beginRun']>[0], object, RegExp]>([
    ['another stream', spec, { records: [row(1, 1, { stream: 't' })] }, /a record of t/],
    ['another kind', spec, { records: [row(1, 1, { kind: 'item' })] }, /declares kind row/],
    ['an empty key', spec, { records: [row('', 1)] }, /empty key/],
    ['a NUL in a key', spec, { records: [row('a\0', 1)] }, /NUL/],
    ['a cursor over 8 KiB', spec, { records: [], cursor: 'x'.repeat(8200) }, /bytes/],
    ['a cursor of a stream that has none', { ...spec, incremental: false }, { records: [], cursor: 1 }, /not incremental/],
    ['a sweep of a stream that does not sweep', { ...spec, deletes: 'events' }, { records: [], sweep: {} }, /sweeps/],
    ['a delete of a stream without deletes', { ...spec, deletes: 'none' }, { records: [row(1, 0, { op: 'delete' })] }, /deletes/],
    ['an unknown reason', spec, { records: [], rejected: [{ stream: 's', reason: 'BROKEN', message: '' }] }, /not a known reason/],
    ['pages over 2 MiB', spec, { records: [row(1, 1, { text: 'x'.repeat(1.5e6) }), row(2, 1, { text: 'x'.repeat(1.5e6) })] }, /bytes in 2 records/],
  ])('refuses %s', (_name, spec, page, message) => {
    const run = createRecordStore().beginRun(spec)
    expect(() => run.apply(page as Parameters<typeof run.apply>[0])).toThrow(message)
  })
})
