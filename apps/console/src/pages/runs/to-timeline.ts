import type { RunDetailView } from '@inlet/contract'
import { reasonText } from '../../ui/reason-text.js'

export type TimedRun = Pick<RunDetailView, 'status' | 'outcome' | 'createdAt' | 'startedAt' | 'finishedAt' | 'attempts' | 'progress'>

export interface TimelineRow {
  readonly key: string
  readonly kind: 'queued' | 'attempt' | 'wait' | 'stream'
  /** Number of the attempt, or name of the stream. */
  readonly name: string
  readonly tone: 'idle' | 'busy' | 'ok' | 'warn' | 'bad'
  /** Milliseconds since 1970; never after `to`. */
  readonly from: number
  /** The present for what is under way. */
  readonly to: number
  readonly isOpen: boolean
  readonly worker: string | null
  readonly how: RunDetailView['attempts'][number]['left']
  readonly note: string | null
}

const STREAM_TONES: Readonly<Record<string, TimelineRow['tone']>> = { reading: 'busy', done: 'ok', incomplete: 'warn', failed: 'bad' }
const LEFT_TONES = { ended: 'ok', parked: 'idle', released: 'idle', lost: 'bad' } as const

interface StreamTimes {
  readonly status?: string
  readonly startedAt?: string
  readonly endedAt?: string
  readonly message?: string
}

/** Where the time of a run went, in the order it began: waiting, its attempts, and the streams of the last one. */
export const toTimeline = (run: TimedRun, now: number): readonly TimelineRow[] => {
  const end = run.finishedAt === null ? now : Date.parse(run.finishedAt)
  // Moments come from several clocks: nothing lasts less than nothing.
  const span = (from: number, to: number | null) => ({ from, to: Math.max(from, to ?? end), isOpen: to === null && run.status !== 'ended' })
  const plain = { worker: null, how: null, note: null }
  const created = Date.parse(run.createdAt)
  const first = run.attempts[0]?.startedAt ?? run.startedAt
  const rows: TimelineRow[] = []
  const begins = first === null ? null : Date.parse(first)
  rows.push({ key: 'queued', kind: 'queued', name: '', tone: 'idle', ...plain, ...span(created, begins) })
  run.attempts.forEach((attempt, index) => {
    const key = `attempt ${attempt.number}`
    const startedAt = Date.parse(attempt.startedAt)
    const endedAt = attempt.endedAt === null ? null : Date.parse(attempt.endedAt)
    const isLast = index === run.attempts.length - 1
    const tone = attempt.left === null ? 'busy' : attempt.left === 'ended' && run.outcome === 'failed' ? 'bad' : LEFT_TONES[attempt.left]
    rows.push({
      ...plain,
      key,
      kind: 'attempt',
      name: String(attempt.number),
      tone,
      ...span(startedAt, endedAt),
      worker: attempt.worker,
      how: attempt.left,
    })
    if (isLast) rows.push(...streamRows(run, startedAt, span))
    if (endedAt !== null && (attempt.left === 'parked' || attempt.left === 'released')) {
      const next = run.attempts[index + 1]?.startedAt
      const note = attempt.message ?? (attempt.reason === null ? null : reasonText(attempt.reason))
      rows.push({
        ...plain,
        key: `wait ${key}`,
        kind: 'wait',
        name: '',
        tone: 'warn',
        note,
        ...span(endedAt, next === undefined ? null : Date.parse(next)),
      })
    }
  })
  return rows
}

const streamRows = (
  run: TimedRun,
  since: number,
  span: (from: number, to: number | null) => Pick<TimelineRow, 'from' | 'to' | 'isOpen'>,
): readonly TimelineRow[] =>
  Object.entries((run.progress['streams'] ?? {}) as Readonly<Record<string, StreamTimes>>)
    .flatMap(([name, stream]) => {
      if (stream.startedAt === undefined) return []
      const to = stream.endedAt === undefined ? null : Date.parse(stream.endedAt)
      const tone = STREAM_TONES[stream.status ?? ''] ?? 'idle'
      const from = Math.max(since, Date.parse(stream.startedAt))
      return [
        { key: `stream ${name}`, kind: 'stream' as const, name, tone, worker: null, how: null, note: stream.message ?? null, ...span(from, to) },
      ]
    })
    .toSorted((a, b) => a.from - b.from)
