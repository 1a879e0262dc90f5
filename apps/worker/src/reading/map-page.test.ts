import type { Page, StreamSpec } from '@inlet/connector-sdk'
import type { SourceRecord } from '@inlet/domain'
import type { MappingPool } from '@inlet/mapping'
import { describe, expect, it } from 'vitest'
import { createPageMapper, mappingStateOf } from './map-page.js'

const row = (key: number, data = {}): SourceRecord => ({ stream: 's', key, kind: 'row', data })
/** Splits by `parts`, drops records without it, and rejects `bad` ones: what an expression would do, without a process. */
const pool: Pick<MappingPool, 'map'> = {
  map: async (_mapping, records) =>
    records.map((record) => {
      const { parts = 0, bad } = record.data as { parts?: number; bad?: boolean }
      if (bad) return { records: [], rejected: { stream: record.stream, key: record.key, reason: 'MAPPING_FAILED', message: 'no' } }
      const mapped = Array.from({ length: parts }, (_, n) => ({
        ...record,
        key: parts === 1 ? record.key : [Number(record.key), n],
        title: 'mapped',
      }))
      return { records: mapped, rejected: null }
    }),
}
const spec = (deletes: StreamSpec['deletes']): StreamSpec => ({ name: 's', kind: 'row', incremental: false, deletes })
const never = new AbortController().signal
const map = (keys: 'kept' | 'set', pages: readonly Page[]) => {
  const mapper = createPageMapper(pool, { s: { expression: '$', keys } })
  return pages.reduce<Promise<Page[]>>(async (before, page) => [...(await before), await mapper.map('s', page, never)], Promise.resolve([]))
}
const seen = (page: Page | undefined) => page?.records.map(({ key, op, title }) => [key, op ?? title])

describe('createPageMapper', () => {
  it('leaves pages of a source without a mapping alone', async () => {
    const page: Page = { records: [row(1)], unchanged: [2], cursor: 3 }
    expect(await createPageMapper(pool, null).map('s', page, never)).toBe(page)
  })

  it('maps only streams that have a mapping, and keeps the order of each', async () => {
    const other: SourceRecord = { stream: 't', key: 1, kind: 'row', data: {} }
    const [page] = await map('kept', [{ records: [row(1, { parts: 1 }), other, row(2, { parts: 1 })], cursor: 7 }])
    expect(page).toEqual({
      originOf: expect.any(Function),
      records: [{ ...row(1, { parts: 1 }), title: 'mapped' }, { ...row(2, { parts: 1 }), title: 'mapped' }, other],
      cursor: 7,
    })
  })

  it('deletes dropped records if keys are kept: they may have been stored before', async () => {
    expect(seen((await map('kept', [{ records: [row(1), row(2, { parts: 1 })] }]))[0])).toEqual([
      [1, 'delete'],
      [2, 'mapped'],
    ])
  })

  it('passes on deletes and unchanged keys if keys are kept', async () => {
    const [page] = await map('kept', [{ records: [{ ...row(1), op: 'delete' }], unchanged: [2], sweep: {} }])
    expect([seen(page), page?.unchanged, page?.sweep]).toEqual([[[1, 'delete']], [2], {}])
  })

  it('splits records if keys are set, and leaves removed ones to the sweep', async () => {
    const [page] = await map('set', [{ records: [row(1), row(2, { parts: 2 })], sweep: {} }])
    expect([seen(page), page?.sweep]).toEqual([
      [
        [[2, 0], 'mapped'],
        [[2, 1], 'mapped'],
      ],
      {},
    ])
  })

  it('quarantines rejected records in addition to those the connector rejected', async () => {
    const rejected = { stream: 's', reason: 'RECORD_INVALID', message: 'x' }
    const [page] = await map('kept', [{ records: [row(1, { bad: true })], rejected: [rejected] }])
    expect([page?.records, page?.rejected?.map(({ reason }) => reason)]).toEqual([[], ['RECORD_INVALID', 'MAPPING_FAILED']])
  })

  it('sweeps nothing after a rejection if keys are set, since it is unknown what the record was stored as', async () => {
    const pages = [{ records: [row(1, { bad: true })] }, { records: [row(2, { parts: 2 })], sweep: {} }]
    expect((await map('set', pages))[1]?.sweep).toBeUndefined()
    expect((await map('kept', pages))[1]?.sweep).toEqual({})
  })

  it('refuses unchanged keys and delete events if keys are set, which cannot be correct', async () => {
    await expect(map('set', [{ records: [], unchanged: [1] }])).rejects.toMatchObject({ reason: 'MAPPING_UNSOUND', field: 'mapping.s.keys' })
    const check = (keys: 'kept' | 'set', deletes: StreamSpec['deletes']) => () =>
      createPageMapper(pool, { '*': { expression: '$', keys } }).check(spec(deletes))
    expect(check('set', 'events')).toThrow(expect.objectContaining({ reason: 'MAPPING_UNSOUND' }))
    expect(check('set', 'sweep')).not.toThrow()
    expect(check('kept', 'events')).not.toThrow()
  })

  it('fully refreshes a swept stream if keys are set', () => {
    const needsFullRefresh = (keys: 'kept' | 'set', deletes: StreamSpec['deletes']) =>
      createPageMapper(pool, { s: { expression: '$', keys } }).needsFullRefresh(spec(deletes))
    expect([needsFullRefresh('set', 'sweep'), needsFullRefresh('set', 'none'), needsFullRefresh('kept', 'sweep')]).toEqual([true, false, false])
  })
})

describe('mappingStateOf', () => {
  it('distinguishes mappings by expression and keys', () => {
    const state = (expression: string, keys?: 'kept' | 'set') => mappingStateOf({ '*': { expression, keys } }, 's')
    expect(state('$')).toEqual(state('$', 'kept'))
    expect(new Set([state('$')?.sha256, state('$', 'set')?.sha256, state('data')?.sha256]).size).toBe(3)
    expect(mappingStateOf({ other: { expression: '$' } }, 's')).toBeNull()
  })
})
