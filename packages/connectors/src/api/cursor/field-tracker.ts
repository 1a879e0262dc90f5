import { type Cursor, readPath } from '@inlet/connector-sdk'
import type { IncrementalSpec } from '../config.js'
import { createScale, type Place, type Scale } from './scale.js'
import { fromFieldCursor, type StoredCursor, toFieldCursor } from './stored-cursor.js'
import type { CursorTracker, Sighting } from './tracker.js'

type FieldSpec = Extract<IncrementalSpec, { kind: 'field' }>

export interface FieldTrackerOptions {
  readonly spec: FieldSpec
  readonly stored: Extract<StoredCursor, { kind: 'field' }> | null
  /** Later times are mistakes, not progress. */
  readonly latestMs: number
}

/**
 * The cursor is the greatest value of a field. It is saved page by page only while records arrive in rising order, otherwise at
 * the end of the complete read. Where the server excludes equal values, a page saves the greatest value below its last one,
 * because the next page may begin with equal values.
 */
export const createFieldTracker = ({ spec, stored, latestMs }: FieldTrackerOptions): CursorTracker => {
  const scale = createScale(spec.format)
  const begin = stored === null ? startOf(spec, scale) : fromFieldCursor(stored)
  const bound = begin === null ? null : withLag(begin, stored === null ? 0 : spec.lagSeconds, scale)
  const state: FieldState = {
    greatest: stored === null ? null : begin,
    below: stored === null ? null : begin,
    last: null,
    lastBelow: null,
    rises: spec.order === 'ascending',
    newOnPage: false,
    done: false,
    asked: bound === null ? null : scale.format(bound),
  }

  const see = (item: unknown): Sighting => {
    const place = scale.parse(readPath(item, spec.cursorField))
    if (place === null) {
      state.newOnPage = true
      return 'ok'
    }
    if (scale.isTime && Number(place) > latestMs) return 'future'
    const step = state.last === null ? 1 : scale.compare(place, state.last)
    if (step < 0) state.rises = false
    if (step > 0) state.lastBelow = state.last ?? state.lastBelow
    state.last = place
    if (spec.param === undefined && bound !== null && scale.compare(place, bound) < 0) return 'old'
    state.newOnPage = true
    if (state.greatest === null || scale.compare(place, state.greatest) > 0) {
      state.below = state.greatest
      state.greatest = place
    }
    return 'ok'
  }

  /** Only what this read has seen counts: with a lag, it begins before the saved position. */
  const raise = () => {
    const place = spec.bound === 'exclusive' ? state.lastBelow : state.last
    if (spec.param === undefined || place === null || !state.rises) return null
    const text = scale.format(place)
    if (text === state.asked || (bound !== null && scale.compare(place, bound) <= 0)) return null
    state.asked = text
    state.last = null
    return { [spec.param]: text }
  }

  return {
    params: spec.param === undefined || bound === null ? {} : { [spec.param]: scale.format(bound) },
    token: null,
    see,
    raise,
    afterPage: () => {
      state.done = spec.order === 'descending' && spec.param === undefined && !state.newOnPage && state.last !== null
      state.newOnPage = false
      return state.rises ? toCursor(spec.bound === 'exclusive' ? state.below : state.greatest) : undefined
    },
    isDone: () => state.done,
    atEnd: () => toCursor(state.greatest),
  }
}

interface FieldState {
  /** Over all runs: the future cursor. */
  greatest: Place | null
  /** The second greatest. */
  below: Place | null
  /** Of this read, in its order. */
  last: Place | null
  lastBelow: Place | null
  /** Whether the records have arrived in rising order so far, where the settings promise it. */
  rises: boolean
  newOnPage: boolean
  done: boolean
  /** The last value of the parameter. */
  asked: string | null
}

const toCursor = (place: Place | null): Cursor | undefined => (place === null ? undefined : toFieldCursor(place))

const startOf = (spec: FieldSpec, scale: Scale): Place | null => {
  if (spec.start === undefined) return null
  return scale.parse(spec.start) ?? createScale('iso').parse(spec.start)
}

const withLag = (place: Place, lagSeconds: number, scale: Scale): Place => (scale.isTime ? Math.max(0, Number(place) - lagSeconds * 1000) : place)
