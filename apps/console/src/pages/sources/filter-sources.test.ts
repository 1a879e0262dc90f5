import type { SourceLine } from '@inlet/contract'
import { describe, expect, it } from 'vitest'
import { classify, countCauses, groupByCause, isShown, matcherOf, parseTerms, sortSources } from './filter-sources.js'

const now = new Date('2026-11-28T12:00:00Z')
const line = (change: Partial<SourceLine> = {}): SourceLine => ({
  id: 'id',
  slug: 'orders',
  name: 'Orders',
  connector: 'postgres',
  status: 'ACTIVE',
  state: 'STOPPED',
  outcome: 'ok',
  labels: { team: 'Billing' },
  cron: null,
  freshUntil: null,
  lastSuccessAt: '2026-11-28T11:00:00Z',
  nextRunAt: null,
  quarantined: 0,
  parkedUntil: null,
  parkedReason: null,
  reason: null,
  problem: null,
  ...change,
})

describe('ordering sources', () => {
  it('counts numbers in names', () => {
    const names = ['Shop 10', 'Shop 2', 'shop 1', 'Shop']
    const sorted = sortSources(
      names.map((name) => classify(line({ name }), now)),
      'name',
    )
    expect(sorted.map(({ line: { name } }) => name)).toEqual(['Shop', 'shop 1', 'Shop 2', 'Shop 10'])
  })
})

describe('searching sources', () => {
  it.each([
    ['', true],
    ['ord', true],
    ['ORD post', true],
    ['team:bill', true],
    ['billing -mysql', true],
    ['ord -postgres', false],
    ['-team:billing', false],
    ['orders customers', false],
    ['-', true],
  ])('%j: %s', (q, expected) => {
    expect(matcherOf({ q, connector: '', reason: '' })(classify(line(), now))).toBe(expected)
  })
  it('finds sources by what is wrong with them', () => {
    const broken = classify(line({ reason: 'AUTH_FAILED', problem: 'answered with status 401' }), now)
    expect(matcherOf({ q: 'auth_failed', connector: '', reason: '' })(broken)).toBe(true)
    expect(matcherOf({ q: 'credentials refused', connector: '', reason: '' })(broken)).toBe(true)
    expect(matcherOf({ q: '-401', connector: '', reason: '' })(broken)).toBe(false)
  })
  it('is the same object again until its condition changes', () => {
    const one = line({ freshUntil: '2026-11-28T13:00:00Z' })
    const before = classify(one, now)
    expect(classify(one, new Date(now.getTime() + 60_000))).toBe(before)
    expect(classify(one, new Date(now.getTime() + 7_200_000)).condition).toBe('stale')
  })
  it('counts the causes, finds what is broken for one, and puts it together', () => {
    const failed = (id: string, reason: string | null) => line({ id, name: id, slug: id, outcome: reason === null ? 'ok' : 'failed', reason })
    const all = [failed('a', 'TIMEOUT'), failed('b', 'AUTH_FAILED'), failed('c', null), failed('d', 'TIMEOUT')].map((each) => classify(each, now))
    expect(countCauses(all)).toEqual([
      ['TIMEOUT', 2],
      ['AUTH_FAILED', 1],
    ])
    expect(all.filter(matcherOf({ q: '', connector: '', reason: 'TIMEOUT' })).map(({ name }) => name)).toEqual(['a', 'd'])
    expect(sortSources(all, 'worst').map(({ name }) => name)).toEqual(['b', 'a', 'd', 'c'])
  })
  it('groups what needs somebody for one cause: the worst first, then what concerns most', () => {
    const all = [
      line({ id: '1', status: 'ERROR', reason: 'NOT_FOUND' }),
      line({ id: '2', status: 'ERROR', reason: 'AUTH_FAILED' }),
      line({ id: '3', status: 'ERROR', reason: 'AUTH_FAILED' }),
      line({ id: '4', quarantined: 1 }),
      line({ id: '5', outcome: 'partial', quarantined: 3 }),
      line({ id: '6', outcome: 'suspect_empty' }),
      line({ id: '7', status: 'PAUSED', quarantined: 1 }),
      line({ id: '8', freshUntil: '2026-11-28T11:01:00Z' }),
      line({ id: '9' }),
      line({ id: '10', status: 'ERROR', reason: null }),
    ].map((each) => classify(each, now))
    const groups = groupByCause(all)
    expect(groups.map(({ cause, members }) => [cause, ...members.map((each) => each.line.id)])).toEqual([
      ['AUTH_FAILED', '2', '3'],
      ['broken', '10'],
      ['NOT_FOUND', '1'],
      ['quarantined', '4', '7'],
      ['empty', '6'],
      ['partial', '5'],
      ['stale', '8'],
    ])
    for (const { cause, members } of groups) expect(all.filter(matcherOf({ q: '', connector: '', reason: cause }))).toEqual(members)
  })
  it('distinguishes words from those that are not wanted', () => {
    expect(parseTerms(' a  -b - ')).toEqual({ wanted: ['a'], unwanted: ['b'] })
  })
})

describe('the condition of a source', () => {
  it.each<[Partial<SourceLine>, string]>([
    [{}, 'ok'],
    [{ outcome: null }, 'new'],
    [{ status: 'ERROR', state: 'ERROR' }, 'broken'],
    [{ outcome: 'failed', state: 'ERROR' }, 'broken'],
    [{ state: 'RUNNING' }, 'running'],
    [{ state: 'STARTING' }, 'starting'],
    [{ state: 'STARTING', parkedUntil: '2026-11-28T13:00:00Z' }, 'waiting'],
    [{ state: 'STARTING', parkedUntil: '2026-11-28T13:00:00Z', parkedReason: 'RATE_LIMITED' }, 'waiting'],
    [{ state: 'STARTING', outcome: 'cancelled', parkedUntil: '2026-11-28T13:00:00Z', parkedReason: 'CIRCUIT_OPEN' }, 'broken'],
    [{ state: 'STARTING', parkedUntil: '2026-11-28T11:59:59Z' }, 'starting'],
    [{ freshUntil: '2026-11-28T11:01:00Z' }, 'stale'],
    [{ freshUntil: '2026-11-28T13:00:00Z' }, 'ok'],
    [{ freshUntil: '2026-11-28T11:01:00Z', status: 'PAUSED' }, 'paused'],
    [{ outcome: null, lastSuccessAt: null, freshUntil: '2026-11-28T11:59:00Z' }, 'stale'],
    [{ outcome: 'suspect_empty' }, 'doubtful'],
    [{ quarantined: 2 }, 'doubtful'],
    [{ status: 'STOPPED', outcome: 'failed' }, 'stopped'],
  ])('%j is %s', (change, expected) => {
    expect(classify(line(change), now).condition).toBe(expected)
  })

  it('shows the worst first, and what is off last', () => {
    const all = [
      line({ name: 'a' }),
      line({ name: 'b', status: 'STOPPED' }),
      line({ name: 'c', status: 'ERROR' }),
      line({ name: 'd', quarantined: 1 }),
    ]
    expect(
      sortSources(
        all.map((each) => classify(each, now)),
        'worst',
      ).map((each) => each.line.name),
    ).toEqual(['c', 'd', 'a', 'b'])
    expect(all.filter((each) => isShown(classify(each, now), 'attention', now)).map(({ name }) => name)).toEqual(['c', 'd'])
  })
})
