import { describe, expect, it } from 'vitest'
import { decideOutcome, massDeleteLimit, quarantineBudget, type RunFacts } from './run.js'

const facts: RunFacts = {
  failure: null,
  failedStreams: 0,
  incompleteStreams: 0,
  streams: 2,
  changed: 0,
  unchanged: 0,
  quarantined: 0,
  liveBefore: 0,
  provedUnchanged: false,
  listened: false,
  warnings: 0,
}

describe('decideOutcome', () => {
  it.each<[string, Partial<RunFacts>, string]>([
    ['new records', { changed: 1 }, 'ok'],
    ['only known records', { unchanged: 5 }, 'ok_nothing_new'],
    ['nothing, proved by the source', { provedUnchanged: true, liveBefore: 3 }, 'ok_nothing_new'],
    ['nothing from a source that had records', { liveBefore: 3 }, 'suspect_empty'],
    ['nothing from a new source that was listened to', { provedUnchanged: true, listened: true }, 'ok_nothing_new'],
    ['nothing from a new source, whatever it says', { provedUnchanged: true }, 'suspect_empty'],
    ['a quarantined record', { changed: 5, quarantined: 1 }, 'partial'],
    ['a warning', { changed: 5, warnings: 1 }, 'partial'],
    ['one stream of two failed', { changed: 5, failedStreams: 1 }, 'partial'],
    ['a stream that may lack something', { changed: 5, incompleteStreams: 1 }, 'partial'],
    ['nothing, and no proof that this is all', { provedUnchanged: true, liveBefore: 3, incompleteStreams: 2 }, 'partial'],
    ['all streams failed', { changed: 5, failedStreams: 2 }, 'failed'],
    ['a failure', { changed: 5, failure: 'transient' }, 'failed'],
    ['cancelled', { changed: 5, failure: 'cancelled', failedStreams: 2 }, 'cancelled'],
    ['no streams at all', { streams: 0 }, 'suspect_empty'],
  ])('%s', (_title, change, outcome) => {
    expect(decideOutcome({ ...facts, ...change })).toBe(outcome)
  })
})

describe('limits', () => {
  it('lets 1 % into quarantine, at least 10', () => {
    expect([0, 999, 1_000, 1_100, 50_000].map(quarantineBudget)).toEqual([10, 10, 10, 11, 500])
  })
  it('lets a sweep delete half, or 20 of a small stream', () => {
    expect([0, 40, 41, 1_000].map(massDeleteLimit)).toEqual([20, 20, 20, 500])
  })
})
