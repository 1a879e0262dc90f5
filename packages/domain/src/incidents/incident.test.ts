import { describe, expect, it } from 'vitest'
import { decideNotice, type IncidentNews, isWanted, MAX_TRIES, nextTryMs } from './incident.js'

const news: IncidentNews = { kind: 'error', what: 'opened', sourceId: 's1', labels: { team: 'crm', tier: '1' } }
const all = { events: ['error', 'stale', 'recovery'], sources: [], labels: {} }

describe('isWanted', () => {
  it.each<[string, object, Partial<IncidentNews>, boolean]>([
    ['everything', {}, {}, true],
    ['an event that was not asked for', { events: ['stale'] }, {}, false],
    ['the end, sent as recovery', { events: ['recovery'] }, { what: 'closed' }, true],
    ['the end, when only errors were asked for', { events: ['error'] }, { what: 'closed' }, false],
    ['a source that is named', { sources: ['s2', 's1'] }, {}, true],
    ['a source that is not named', { sources: ['s2'] }, {}, false],
    ['all labels', { labels: { team: 'crm', tier: '1' } }, {}, true],
    ['one label of two', { labels: { team: 'crm', tier: '2' } }, {}, false],
  ])('%s', (_title, filter, changes, wanted) => {
    expect(isWanted({ ...all, ...filter }, { ...news, ...changes })).toBe(wanted)
  })
})

describe('decideNotice', () => {
  it.each([
    [0, 20, false, 'each'],
    [0, 21, false, 'digest'],
    [20, 1, false, 'digest'],
    [30, 5, true, 'later'],
    [0, 0, true, 'each'],
  ] as const)('%i reported, %i opening, digest within the minute: %s → %s', (recent, opening, digestWithinMinute, notice) => {
    expect(decideNotice({ recent, opening, digestWithinMinute })).toBe(notice)
  })
})

describe('nextTryMs', () => {
  it('grows from ten seconds to hours and then gives up', () => {
    const delays = Array.from({ length: MAX_TRIES }, (_, n) => nextTryMs(n + 1, 0))
    expect(delays).toEqual([10_000, 60_000, 300_000, 900_000, 3_600_000, 10_800_000, 21_600_000, null])
    expect(nextTryMs(1, 1)).toBe(11_000)
  })
})
