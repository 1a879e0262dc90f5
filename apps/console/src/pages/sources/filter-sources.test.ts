import type { SourceLine } from '@inlet/contract'
import { describe, expect, it } from 'vitest'
import { isShown, judge, matchesText, parseTerms, sortSources } from './filter-sources.js'

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
  freshWithinSeconds: null,
  lastSuccessAt: '2026-11-28T11:00:00Z',
  nextRunAt: null,
  quarantined: 0,
  problem: null,
  ...change,
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
    expect(matchesText(judge(line(), now), { q, connector: '' })).toBe(expected)
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
    [{ freshWithinSeconds: 60 }, 'stale'],
    [{ freshWithinSeconds: 7_200 }, 'ok'],
    [{ freshWithinSeconds: 60, status: 'PAUSED' }, 'paused'],
    [{ outcome: 'suspect_empty' }, 'doubtful'],
    [{ quarantined: 2 }, 'doubtful'],
    [{ status: 'STOPPED', outcome: 'failed' }, 'stopped'],
  ])('%j is %s', (change, expected) => {
    expect(judge(line(change), now).condition).toBe(expected)
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
        all.map((each) => judge(each, now)),
        'worst',
      ).map((each) => each.line.name),
    ).toEqual(['c', 'd', 'a', 'b'])
    expect(all.filter((each) => isShown(judge(each, now), 'attention', now)).map(({ name }) => name)).toEqual(['c', 'd'])
  })
})
