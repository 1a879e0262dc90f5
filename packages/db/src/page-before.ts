interface Place {
  readonly at: Date | string
  readonly id: string
}

/**
 * What comes after a place in a list ordered by a time and an id, newest first. The bound on the time alone lets the index begin there;
 * Prisma has no comparison of rows.
 */
export const olderThan = <Column extends string>(column: Column, { at, id }: Place) =>
  ({ [column]: { lte: at }, OR: [{ [column]: { lt: at } }, { id: { lt: id } }] }) as { [K in Column]: { lte: Date | string } } & {
    OR: ({ [K in Column]: { lt: Date | string } } | { id: { lt: string } })[]
  }
