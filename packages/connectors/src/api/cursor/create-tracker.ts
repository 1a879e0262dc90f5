import { type Cursor, Failure, readPath } from '@inlet/connector-sdk'
import type { IncrementalSpec } from '../config.js'
import { createFieldTracker } from './field-tracker.js'
import { createSinceTracker } from './since-tracker.js'
import { parseCursor, type StoredCursor } from './stored-cursor.js'
import { type CursorTracker, createNoTracker } from './tracker.js'

export interface TrackerOptions {
  readonly spec: IncrementalSpec | undefined
  readonly cursor: Cursor | null
  readonly nowMs: number
  readonly toleranceMs: number
}

/** Creates the tracker for one read. Throws CURSOR_INVALID or CURSOR_IN_FUTURE for a cursor that cannot be used. */
export const createTracker = ({ spec, cursor, nowMs, toleranceMs }: TrackerOptions): CursorTracker => {
  if (spec === undefined) {
    if (cursor === null) return createNoTracker()
    throw new Failure('CURSOR_INVALID', 'there is a saved position, but the stream is no longer incremental')
  }
  const latestMs = nowMs + toleranceMs
  const stored = cursor === null ? null : parseCursor(cursor, spec, latestMs)
  switch (spec.kind) {
    case 'field':
      return createFieldTracker({ spec, stored: stored?.kind === 'field' ? stored : null, latestMs })
    case 'since':
      return createSinceTracker({ spec, stored: stored?.kind === 'since' ? stored : null, startedAtMs: nowMs })
    default:
      return createTokenTracker(spec, stored)
  }
}

const createTokenTracker = (spec: Extract<IncrementalSpec, { kind: 'pageToken' }>, stored: StoredCursor | null): CursorTracker => {
  const state = { token: stored?.kind === 'pageToken' ? stored.token : null }
  const cursor = () => (state.token === null ? undefined : { kind: 'pageToken', token: state.token })
  return {
    params: {},
    token: state.token,
    see: () => 'ok',
    afterPage: ({ nextToken, body }) => {
      const last = spec.endTokenPath === undefined ? undefined : readPath(body, spec.endTokenPath)
      const found = nextToken ?? (typeof last === 'string' || typeof last === 'number' || typeof last === 'bigint' ? String(last) : null)
      if (found !== null && found !== '') state.token = found
      return cursor()
    },
    raise: () => null,
    isDone: () => false,
    atEnd: cursor,
  }
}
