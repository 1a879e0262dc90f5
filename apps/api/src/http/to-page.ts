/** A page out of up to `limit + 1` rows: the surplus row only says that there is more. Dates become ISO 8601 in JSON. */
export const toPage = <R>(
  rows: readonly R[],
  limit: number,
  tokenOf: (last: R) => string,
): { readonly items: readonly R[]; readonly nextCursor: string | null } => {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last !== undefined ? tokenOf(last) : null }
}
