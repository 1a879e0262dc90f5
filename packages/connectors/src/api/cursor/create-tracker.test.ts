import type { Failure } from '@inlet/connector-sdk'
import { describe, expect, it } from 'vitest'
import { configSchema, type IncrementalSpec } from '../config.js'
import { createTracker } from './create-tracker.js'
import { createScale } from './scale.js'

const nowMs = Date.parse('2026-11-21T12:00:00Z')
const specOf = (incremental: object): IncrementalSpec | undefined =>
  configSchema.parse({
    url: 'https://x.test',
    streams: [{ name: 's', path: '/', keyFields: ['id'], incremental, pagination: { kind: 'cursor', tokenPath: 'n' } }],
  }).streams[0]?.incremental
const open = (incremental: object, cursor: unknown = null) =>
  createTracker({ spec: specOf(incremental), cursor: cursor as null, nowMs, toleranceMs: 300_000 })
const page = { nextToken: null, body: {}, dateHeader: undefined }
const at = (time: string) => ({ t: time })
const ms = (time: string) => Date.parse(time)
const field = { kind: 'field', cursorField: 't', param: 'since' }

describe('a field cursor', () => {
  it('is the greatest value, saved at the end where the order is unknown', () => {
    const tracker = open(field)
    expect(tracker.params).toEqual({})
    for (const time of ['2026-11-02T00:00:00Z', '2026-11-05T00:00:00Z', '2026-11-03T00:00:00Z']) expect(tracker.see(at(time))).toBe('ok')
    expect(tracker.afterPage(page)).toBeUndefined()
    expect(tracker.atEnd()).toEqual({ kind: 'field', value: ms('2026-11-05T00:00:00Z') })
  })
  it('asks again for the lag, but not before its start', () => {
    expect(open({ ...field, lagSeconds: 60 }, { kind: 'field', value: ms('2026-11-05T00:00:00Z') }).params).toEqual({
      since: '2026-11-04T23:59:00.000Z',
    })
    expect(open({ ...field, start: '2026-01-01' }).params).toEqual({ since: '2026-01-01T00:00:00.000Z' })
  })
  it('is saved page by page while the records rise, and no longer', () => {
    const tracker = open({ ...field, order: 'ascending' })
    tracker.see(at('2026-11-02T00:00:00Z'))
    expect(tracker.afterPage(page)).toEqual({ kind: 'field', value: ms('2026-11-02T00:00:00Z') })
    expect(tracker.raise()).toEqual({ since: '2026-11-02T00:00:00.000Z' })
    expect(tracker.raise()).toBeNull()
    tracker.see(at('2026-11-04T00:00:00Z'))
    tracker.see(at('2026-11-03T00:00:00Z'))
    expect(tracker.afterPage(page)).toBeUndefined()
    expect(tracker.raise()).toBeNull()
    expect(tracker.atEnd()).toEqual({ kind: 'field', value: ms('2026-11-04T00:00:00Z') })
  })
  it('does not jump over the lag when it raises the bound', () => {
    const tracker = open({ ...field, order: 'ascending', lagSeconds: 3600 }, { kind: 'field', value: ms('2026-11-05T12:00:00Z') })
    tracker.see(at('2026-11-05T11:10:00Z'))
    tracker.afterPage(page)
    expect(tracker.raise()).toEqual({ since: '2026-11-05T11:10:00.000Z' })
  })
  it('stays below equals that the server would leave out', () => {
    const tracker = open({ ...field, order: 'ascending', bound: 'exclusive' })
    for (const time of ['2026-11-02T00:00:00Z', '2026-11-03T00:00:00Z', '2026-11-03T00:00:00Z']) tracker.see(at(time))
    expect(tracker.afterPage(page)).toEqual({ kind: 'field', value: ms('2026-11-02T00:00:00Z') })
    expect(tracker.raise()).toEqual({ since: '2026-11-02T00:00:00.000Z' })
  })
  it('keeps records from the future out, and lets those without a value pass', () => {
    const tracker = open(field)
    expect(tracker.see(at('9999-12-31T00:00:00Z'))).toBe('future')
    expect(tracker.see(at('2026-11-21T12:04:00Z'))).toBe('ok')
    expect(tracker.see({})).toBe('ok')
    expect(tracker.see(at('0000-00-00'))).toBe('ok')
    expect(tracker.atEnd()).toEqual({ kind: 'field', value: ms('2026-11-21T12:04:00Z') })
  })
  it('leaves old records out where no parameter can, and stops early in a falling order', () => {
    const tracker = open(
      { kind: 'field', cursorField: 't', order: 'descending', lagSeconds: 0 },
      { kind: 'field', value: ms('2026-11-05T00:00:00Z') },
    )
    expect([at('2026-11-06T00:00:00Z'), at('2026-11-05T00:00:00Z'), at('2026-11-04T00:00:00Z')].map((item) => tracker.see(item))).toEqual([
      'ok',
      'ok',
      'old',
    ])
    tracker.afterPage(page)
    expect(tracker.isDone()).toBe(false)
    tracker.see(at('2026-11-03T00:00:00Z'))
    tracker.afterPage(page)
    expect(tracker.isDone()).toBe(true)
  })
  it('keeps integers beyond 2^53', () => {
    const tracker = open({ kind: 'field', cursorField: 'n', format: 'asIs', param: 'after' })
    tracker.see({ n: 9007199254740993n })
    tracker.see({ n: 5 })
    expect(tracker.atEnd()).toEqual({ kind: 'field', value: '9007199254740993', integer: true })
    expect(open({ kind: 'field', cursorField: 'n', format: 'asIs', param: 'after' }, tracker.atEnd()).params).toEqual({ after: '9007199254740993' })
  })
})

describe('other cursors', () => {
  it('since is when the read began, by the earlier clock', () => {
    const tracker = open({ kind: 'since', param: 'since', format: 'epochSeconds' }, { kind: 'since', value: ms('2026-11-20T00:01:00Z') })
    expect(tracker.params).toEqual({ since: String(ms('2026-11-20T00:00:00Z') / 1000) })
    tracker.afterPage({ ...page, dateHeader: 'Sat, 21 Nov 2026 11:59:00 GMT' })
    tracker.afterPage({ ...page, dateHeader: 'Sat, 21 Nov 2026 11:00:00 GMT' })
    expect(tracker.atEnd()).toEqual({ kind: 'since', value: ms('2026-11-21T11:59:00Z') })
  })
  it('a page token is the last one seen', () => {
    const tracker = open({ kind: 'pageToken', endTokenPath: 'new' }, { kind: 'pageToken', token: 'a' })
    expect(tracker.token).toBe('a')
    expect(tracker.afterPage({ ...page, nextToken: 'b' })).toEqual({ kind: 'pageToken', token: 'b' })
    expect(tracker.afterPage({ ...page, body: { new: 'c' } })).toEqual({ kind: 'pageToken', token: 'c' })
    expect(tracker.atEnd()).toEqual({ kind: 'pageToken', token: 'c' })
  })
})

describe('an unusable cursor', () => {
  it.each([
    [field, { kind: 'field', value: nowMs + 301_000 }, 'CURSOR_IN_FUTURE'],
    [field, { kind: 'field', value: nowMs + 299_000 }, 'fine'],
    [{ kind: 'since', param: 's' }, { kind: 'since', value: nowMs + 301_000 }, 'CURSOR_IN_FUTURE'],
    [field, { kind: 'since', value: 1 }, 'CURSOR_INVALID'],
    [field, { kind: 'field', value: 'x' }, 'CURSOR_INVALID'],
    [field, { kind: 'field', value: 1e300 }, 'CURSOR_INVALID'],
    [{ ...field, format: 'asIs' }, { kind: 'field', value: 'x', integer: true }, 'CURSOR_INVALID'],
    [field, 'x', 'CURSOR_INVALID'],
    [field, { kind: 'field' }, 'CURSOR_INVALID'],
  ])('%j with %j is %s', (spec, cursor, expected) => {
    const reason = (() => {
      try {
        open(spec, cursor)
        return 'fine'
      } catch (error) {
        return (error as Failure).reason
      }
    })()
    expect(reason).toBe(expected)
  })
})

describe('times', () => {
  it.each([
    ['iso', '2026-11-21T12:00:00', ms('2026-11-21T12:00:00Z')],
    ['iso', '2026-11-21 12:00:00', ms('2026-11-21T12:00:00Z')],
    ['iso', '2026-11-21T12:00:00.123456+01:00', ms('2026-11-21T11:00:00.123Z')],
    ['date', '2026-11-21', ms('2026-11-21T00:00:00Z')],
    ['epochSeconds', 1_700_000_000.9, 1_700_000_000_900],
    ['epochSeconds', '1700000000', 1_700_000_000_000],
    ['epochMillis', 1_700_000_000_123, 1_700_000_000_123],
    ['iso', 'x', null],
    ['iso', 5, null],
    ['epochSeconds', 1e300, null],
    ['epochSeconds', 'x', null],
  ] as const)('%s reads %j as %j', (format, raw, expected) => {
    expect(createScale(format).parse(raw)).toBe(expected)
  })
  it.each([
    ['iso', '2026-11-21T12:00:00.000Z'],
    ['isoSeconds', '2026-11-21T12:00:00Z'],
    ['date', '2026-11-21'],
    ['epochSeconds', String(nowMs / 1000)],
    ['epochMillis', String(nowMs)],
  ] as const)('%s writes %s', (format, text) => {
    expect(createScale(format).format(nowMs)).toBe(text)
  })
})
