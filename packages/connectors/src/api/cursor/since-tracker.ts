import type { IncrementalSpec } from '../config.js'
import { createScale } from './scale.js'
import type { StoredCursor } from './stored-cursor.js'
import type { CursorTracker } from './tracker.js'

export interface SinceTrackerOptions {
  readonly spec: Extract<IncrementalSpec, { kind: 'since' }>
  readonly stored: Extract<StoredCursor, { kind: 'since' }> | null
  /** When this read began, by the worker's clock. */
  readonly startedAtMs: number
}

/** The cursor is when a complete read began, by the worker's clock or, if earlier, by the Date header of the first response. */
export const createSinceTracker = ({ spec, stored, startedAtMs }: SinceTrackerOptions): CursorTracker => {
  const scale = createScale(spec.format)
  const start = stored === null ? startMs(spec.start, spec.format) : Math.max(0, stored.value - spec.lagSeconds * 1000)
  const state: { beganAtMs: number; asked: boolean } = { beganAtMs: startedAtMs, asked: false }
  return {
    params: start === null ? {} : { [spec.param]: scale.format(start) },
    token: null,
    see: () => 'ok',
    afterPage: ({ dateHeader }) => {
      const serverMs = Date.parse(dateHeader ?? '')
      if (!state.asked && serverMs < state.beganAtMs) state.beganAtMs = serverMs
      state.asked = true
      return undefined
    },
    raise: () => null,
    isDone: () => false,
    atEnd: () => ({ kind: 'since', value: Math.max(state.beganAtMs, stored?.value ?? 0) }),
  }
}

const startMs = (start: string | undefined, format: Parameters<typeof createScale>[0]): number | null => {
  if (start === undefined) return null
  const place = createScale(format).parse(start) ?? createScale('iso').parse(start)
  return place === null ? null : Number(place)
}
