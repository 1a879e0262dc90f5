/** A place in the change feed, after which it continues. Numbers have 64 bits, as text. */
export interface ChangePosition {
  /** Identifies the database cluster: numbers of transactions mean nothing in another one, such as one restored from a dump. */
  readonly cluster: string
  /** Transaction, row of the log and record in it; what comes first has (xid, '0', '0'). */
  readonly xid: string
  readonly id: string
  readonly doc: string
  /** Where the reading of what was there before stands; null when only changes are left. */
  readonly walk: { readonly doc: string; readonly last: string } | null
}

/** Where a reader stands now: all of `xid` and later is yet to come. */
export const changesFrom = (cluster: string, xid: string): ChangePosition => ({ cluster, xid, id: '0', doc: '0', walk: null })

/** Order of two places in the log. */
export const comparePlaces = (a: Pick<ChangePosition, 'xid' | 'id'>, b: Pick<ChangePosition, 'xid' | 'id'>): number => {
  const [x, y] = a.xid === b.xid ? [BigInt(a.id), BigInt(b.id)] : [BigInt(a.xid), BigInt(b.xid)]
  return x < y ? -1 : x > y ? 1 : 0
}
