import { describe, expect, it } from 'vitest'
import { type TimedRun, toTimeline } from './to-timeline.js'

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
const seconds = (moment: number): number => (moment - Date.UTC(2026, 0, 1)) / 1_000
const attempt = (number: number, startedAt: string, rest: Partial<TimedRun['attempts'][number]> = {}) => ({
  number,
  worker: 'w',
  startedAt,
  endedAt: null,
  left: null,
  reason: null,
  message: null,
  wakeAt: null,
  ...rest,
})
const run = (rest: Partial<TimedRun>): TimedRun => ({
  status: 'running',
  outcome: null,
  createdAt: at(0),
  startedAt: null,
  finishedAt: null,
  attempts: [],
  progress: {},
  ...rest,
})
const shown = (view: TimedRun, now: number) =>
  toTimeline(view, Date.UTC(2026, 0, 1, 0, 0, now)).map(({ kind, name, from, to, isOpen }) => [kind, name, seconds(from), seconds(to), isOpen])

describe('toTimeline', () => {
  it('shows what waits for a worker', () => {
    expect(shown(run({ status: 'queued' }), 7)).toEqual([['queued', '', 0, 7, true]])
  })

  it('shows waits between attempts, and the streams of the last one', () => {
    const view = run({
      startedAt: at(2),
      attempts: [attempt(1, at(2), { endedAt: at(5), left: 'parked', reason: 'RATE_LIMITED' }), attempt(2, at(15))],
      progress: { streams: { orders: { status: 'done', startedAt: at(15), endedAt: at(18) }, lines: { status: 'reading', startedAt: at(18) } } },
    })
    expect(shown(view, 20)).toEqual([
      ['queued', '', 0, 2, false],
      ['attempt', '1', 2, 5, false],
      ['wait', '', 5, 15, false],
      ['attempt', '2', 15, 20, true],
      ['stream', 'orders', 15, 18, false],
      ['stream', 'lines', 18, 20, true],
    ])
  })

  it('has no negative lengths, whatever the clocks say', () => {
    const view = run({ status: 'ended', finishedAt: at(4), attempts: [attempt(1, at(5), { endedAt: at(3), left: 'ended' })], startedAt: at(5) })
    for (const [, , from, to, isOpen] of shown(view, 1)) expect([Number(to) >= Number(from), isOpen]).toEqual([true, false])
  })
})
