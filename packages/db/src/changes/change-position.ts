/** A position in the change feed, after which it continues. Numbers are 64-bit, as text. */
export interface ChangePosition {
  /** Identifies the database cluster: transaction numbers mean nothing in another one, such as one restored from a dump. */
  readonly cluster: string
  /** Transaction, log row, and record within the row; the position before all changes of a transaction is (xid, '0', '0'). */
  readonly xid: string
  readonly id: string
  readonly doc: string
  /** Progress through the records stored before the reader began; null when only changes are left. */
  readonly walk: { readonly doc: string; readonly last: string } | null
}

/** The position of a reader that has yet to read everything from `xid` on. */
export const changesFrom = (cluster: string, xid: string): ChangePosition => ({ cluster, xid, id: '0', doc: '0', walk: null })

/** Compares two positions in the log. */
export const comparePlaces = (a: Pick<ChangePosition, 'xid' | 'id'>, b: Pick<ChangePosition, 'xid' | 'id'>): number => {
  const [x, y] = a.xid === b.xid ? [BigInt(a.id), BigInt(b.id)] : [BigInt(a.xid), BigInt(b.xid)]
  return x < y ? -1 : x > y ? 1 : 0
}
