/** Works through the items, at most `limit` at a time; answers in their order. Throws the first error. */
export const inParallel = async <T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<readonly R[]> => {
  const results: R[] = []
  const rest = items.entries()
  const next = async (): Promise<void> => {
    for (const [at, item] of rest) results[at] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, next))
  return results
}
