interface GroupingOptions<Item, Result> {
  /** Returns one result for each item, in their order. */
  readonly work: (items: readonly Item[]) => Promise<readonly Result[]>
  /** Items at a time. */
  readonly most: number
  /** How long a group waits for more items before its work begins (ms); by default not at all. The wait does not keep the process alive. */
  readonly waitMs?: number
}

interface Call<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (reason: unknown) => void
}

/**
 * Returns a function that does the work for one item, together with the items of other callers: what arrives while a group is in hand makes up the next
 * one, so many at once share round trips and commits. If the work fails for several, it is done again for each of them alone, so that an item fails
 * only for a reason of its own: repeating it must be harmless.
 */
export const createGrouping = <Item, Result>({ work, most, waitMs }: GroupingOptions<Item, Result>): ((item: Item) => Promise<Result>) => {
  const waiting: Call<Item, Result>[] = []
  let isBusy = false

  const doTogether = async (calls: readonly Call<Item, Result>[]): Promise<void> => {
    try {
      const results = await work(calls.map(({ item }) => item))
      if (results.length !== calls.length) throw new Error(`${calls.length} items gave ${results.length} results`)
      calls.forEach(({ resolve }, at) => resolve(results[at] as Result))
    } catch (error) {
      if (calls.length === 1) calls[0]?.reject(error)
      else await Promise.all(calls.map((call) => doTogether([call])))
    }
  }

  const workOff = async (): Promise<void> => {
    while (waiting.length > 0) await doTogether(waiting.splice(0, most))
    isBusy = false
  }
  const begin = (): void => void workOff()

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (isBusy) return
      isBusy = true
      if (waitMs === undefined) queueMicrotask(begin)
      else setTimeout(begin, waitMs).unref()
    })
}
