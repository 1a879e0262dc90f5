import { describe, expect, it } from 'vitest'
import { explainSink, type SinkFacts, sinkRetryMs } from './sink.js'

const current: SinkFacts = {
  id: 's1',
  active: true,
  refused: null,
  attempts: 0,
  lastError: null,
  nextAt: null,
  fillsUp: false,
  waiting: 0,
  lagSeconds: null,
}

describe('the status of a sink', () => {
  it.each<[Partial<SinkFacts>, string, RegExp]>([
    [{}, 'current', /delivered/u],
    [{ waiting: 7, lagSeconds: 3.4 }, 'delivering', /^7 changes wait, the oldest for 3 s$/u],
    [{ fillsUp: true, waiting: 7 }, 'delivering', /before/u],
    [{ attempts: 2, lastError: 'it answers 500', waiting: 7 }, 'failing', /2 times in a row: it answers 500/u],
    [{ refused: 'the receiver answers 410 Gone', attempts: 1 }, 'refused', /410/u],
    [{ active: false, attempts: 1, refused: 'x' }, 'paused', /switched off/u],
  ])('%o: %s', (facts, status, why) => {
    const explained = explainSink({ ...current, ...facts })
    expect(explained).toMatchObject({ status, why: expect.stringMatching(why) })
    expect(explained.next).not.toBe('')
  })

  it('names the commands that repair it', () => {
    const next = (facts: Partial<SinkFacts>): string => explainSink({ ...current, ...facts }).next
    const resume = '`inlet sinks resume s1` (PATCH /v1/sinks/s1 with {"active": true})'
    expect(next({ active: false })).toContain(resume)
    expect(next({ refused: 'x' })).toMatch(/`inlet sinks update s1 --address <url>` \(PATCH \/v1\/sinks\/s1\)/u)
    expect(next({ refused: 'x' })).toContain(resume)
    expect(next({ attempts: 1 })).toContain('`inlet sinks test s1` (POST /v1/sinks/s1/test)')
  })
})

it('waits longer after each failure, up to five minutes', () => {
  expect([1, 2, 3, 9, 10, 1_000].map((failures) => sinkRetryMs(failures, 1))).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000])
  expect(sinkRetryMs(1, 0)).toBe(500)
})
