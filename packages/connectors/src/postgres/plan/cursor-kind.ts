import type { CursorKind } from '../../sql/plan/stream-plan.js'
import { OID } from '../values/oids.js'

const KINDS: ReadonlyMap<number, CursorKind> = new Map([
  [OID.timestamptz, 'instant'],
  [OID.timestamp, 'local'],
  [OID.date, 'date'],
  [OID.int2, 'integer'],
  [OID.int4, 'integer'],
  [OID.int8, 'integer'],
])

/** Null when a column of this type cannot be a cursor. */
export const cursorKindOf = (oid: number): CursorKind | null => KINDS.get(oid) ?? null
