import { OID } from '../values/oids.js'

/** Types a cursor can have: points in time, or whole numbers that grow. */
export type CursorKind = 'timestamptz' | 'timestamp' | 'date' | 'integer'

const KINDS: ReadonlyMap<number, CursorKind> = new Map([
  [OID.timestamptz, 'timestamptz'],
  [OID.timestamp, 'timestamp'],
  [OID.date, 'date'],
  [OID.int2, 'integer'],
  [OID.int4, 'integer'],
  [OID.int8, 'integer'],
])

/** Null when a column of this type cannot be a cursor. */
export const cursorKindOf = (oid: number): CursorKind | null => KINDS.get(oid) ?? null
